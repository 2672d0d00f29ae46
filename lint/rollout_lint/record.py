"""Base class of records: named tuples whose classes are created fast.

Type checkers see `typing.NamedTuple`, which compiles each annotation and a constructor for each class. For the 80
classes that a check of one recipe needs, that takes an eighth of its time (bench/README.md). Here, one constructor per
number of fields is compiled, and its parameters are renamed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["Record"]

if TYPE_CHECKING:
    from typing import NamedTuple as Record
else:
    from collections import namedtuple
    from functools import cache
    from types import FunctionType, MappingProxyType

    _NAMES = [f"field_{number}" for number in range(32)]
    _LongestRecord = namedtuple("_LongestRecord", _NAMES)
    # Descriptors of the fields by position. They read any tuple.
    _FIELDS = [getattr(_LongestRecord, name) for name in _NAMES]

    @cache
    def _constructor(count: int) -> FunctionType:
        names = ", ".join(_NAMES[:count])
        # namedtuple compiles the same text, and also creates a class that is not needed here.
        return eval(f"lambda _cls, {names}: new(_cls, ({names},))", {"new": tuple.__new__})  # noqa: S307

    class _RecordType(type):
        """Type of records. It gives direct subclasses of Record a constructor and descriptors of their fields."""

        def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _RecordType:
            if bases[0] is not tuple and not bases[0]._fields:
                fields = tuple(namespace["__annotations__"])
                defaults = {field: namespace[field] for field in fields if field in namespace}
                constructor = _constructor(len(fields))
                code = constructor.__code__.replace(co_varnames=("_cls", *fields), co_qualname=f"{name}.__new__")
                namespace |= zip(fields, _FIELDS[: len(fields)], strict=True)
                namespace |= {
                    "__slots__": (),
                    "__match_args__": fields,
                    "__new__": FunctionType(code, constructor.__globals__, "__new__", tuple(defaults.values())),
                    "_fields": fields,
                    "_field_defaults": defaults,
                }
            return super().__new__(cls, name, bases, namespace)

    class Record(tuple, metaclass=_RecordType):
        """Tuple with named fields: the annotations of the class, with its attributes as defaults."""

        __slots__ = ()
        _fields = ()
        _field_defaults = MappingProxyType({})

        def __repr__(self) -> str:
            """Return the class and all fields with their values."""
            values = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            """Return the arguments that copies and pickles are created with."""
            return tuple(self)

        @classmethod
        def _make(cls, values: Any) -> Record:
            return cls(*values)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changes: Any) -> Record:
            replaced = tuple.__new__(type(self), map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"unexpected fields: {', '.join(changes)}")
            return replaced
