"""Records, which are tuples with named fields."""

from __future__ import annotations

import copy
import pickle
from typing import Generic, NamedTuple, TypeVar

import pytest
from rollout_lint.record import Record

T = TypeVar("T")


class Task(Record):
    """Task of a service."""

    name: str
    node: int | None = None
    states: tuple[str, ...] = ("new",)

    @property
    def is_placed(self) -> bool:
        return self.node is not None


class NamedTask(NamedTuple):
    name: str
    node: int | None = None
    states: tuple[str, ...] = ("new",)


class Boxed(Record, Generic[T]):
    item: T


class LongTask(Task):
    @property
    def title(self) -> str:
        return self.name.upper()


class Other(Record):
    node: str


def test_record_has_fields_defaults_and_methods() -> None:
    task = Task("app", states=("running",))
    assert (task.name, task.node, task.states, task.is_placed) == ("app", None, ("running",), False)
    assert task == ("app", None, ("running",))
    assert Task.__doc__ == "Task of a service."


@pytest.mark.parametrize("arguments", [(), ("app", 1, (), 2)])
def test_wrong_number_of_arguments_is_a_type_error(arguments: tuple[object, ...]) -> None:
    messages = []
    for record in (Task, NamedTask):
        with pytest.raises(TypeError) as caught:
            record(*arguments)  # type: ignore[arg-type]
        messages.append(str(caught.value).replace("NamedTask", "Task"))
    assert messages[0] == messages[1]


def test_unknown_argument_is_rejected() -> None:
    with pytest.raises(TypeError, match="'image'"):
        Task("app", image="nginx")  # type: ignore[call-arg]


def test_records_of_the_same_length_have_their_own_fields() -> None:
    assert (Boxed(1).item, Other("a").node, Task("b", 2).node) == (1, "a", 2)
    assert not hasattr(Other("a"), "item")


def test_record_is_printed_as_a_named_tuple_is() -> None:
    assert repr(Task("app")) == repr(NamedTask("app")).replace("NamedTask", "Task")


def test_record_is_immutable() -> None:
    task = Task("app")
    with pytest.raises(AttributeError):
        task.name = "db"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        task.color = "red"  # type: ignore[attr-defined]


def test_replaced_field_keeps_the_class() -> None:
    assert LongTask("app", 1)._replace(name="db") == LongTask("db", 1)
    assert LongTask("app")._replace(name="db").title == "DB"


def test_unknown_field_cannot_be_replaced() -> None:
    with pytest.raises(ValueError, match="color"):
        Task("app")._replace(color="red")  # type: ignore[call-arg]


def test_record_has_the_attributes_of_a_named_tuple() -> None:
    for record in (Task, NamedTask):
        assert record._fields == ("name", "node", "states")
        assert record._field_defaults == {"node": None, "states": ("new",)}
        assert record._make(["app", 1, ()]) == ("app", 1, ())
    assert [name for name in dir(NamedTask) if not name.startswith("__") and not hasattr(Task, name)] == []


def test_record_is_a_dictionary_in_the_order_of_its_fields() -> None:
    assert list(Task("app")._asdict().items()) == [("name", "app"), ("node", None), ("states", ("new",))]


@pytest.mark.parametrize("task", [Task("app", 1), LongTask("app", 1)])
def test_copy_and_pickle_are_equal(task: Task) -> None:
    for same in (copy.copy(task), copy.deepcopy(task), pickle.loads(pickle.dumps(task))):
        assert (same, type(same)) == (task, type(task))


def test_record_matches_by_position() -> None:
    match Task("app", 1):
        case Task(name, node):
            assert (name, node) == ("app", 1)
