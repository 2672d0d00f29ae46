"""Revisions of real repositories, read without a checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rollout_lint.discovery.export import MAX_BYTES, RevisionError
from rollout_lint.discovery.filesystem import read_bytes
from rollout_lint.discovery.revision import find_commit_before, open_revision, resolve_commit
from rollout_lint.discovery.revision_paths import format_path, join_path, to_working_tree

from tests.repository import Repository, repository_at

NOT_COMMITS = (
    *("", "-x", "--help", "--output=x", "gone", "f" * 40, "HEAD~99", "HEAD:a", "HEAD^{tree}", "^HEAD", "HEAD..HEAD"),
    *(
        ":/m",
        "a\nb",
        "a\0b",
        "\ud800",
        "x" * 200_000,
        "blob",
        "HEAD HEAD",
        "*",
        "..",
        "@{99}",
        "HEAD^{",
        "HEAD:",
    ),
)


def export(repository: Repository, ref: str = "HEAD") -> Path:
    """Return the root of the exported revision, with all files."""
    return join_path(export_empty(repository, ref), "")


def export_empty(repository: Repository, ref: str = "HEAD") -> Path:
    """Return the root of the exported revision, before any file is written."""
    return open_revision(repository.folder, ref).export(repository.folder).path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestFiles:
    def test_export_ignores_the_working_tree(self, repository: Repository) -> None:
        repository.commit({"r/compose.yml": "old", "r/deep/er/x.yml": "x", "gone/a.yml": "a"})
        repository.commit({"r/compose.yml": "new", "gone/a.yml": None})
        (repository.folder / "r" / "compose.yml").write_text("not committed")
        root = export(repository, "HEAD~1")
        assert (root / "r" / "compose.yml").read_bytes() == b"old"
        assert (names(root), names(root / "r"), names(root / "r/deep")) == (
            ["gone", "r"],
            ["compose.yml", "deep"],
            ["er"],
        )
        assert not (export(repository) / "gone").exists()

    def test_only_files_below_the_path_are_written(self, repository: Repository) -> None:
        repository.commit({"r/a.yml": "a", "r/b/c.yml": "c", "r.yml": "", "r-2/a.yml": "", "s/logo.PNG": "", "x": ""})
        root = export_empty(repository)
        assert not root.parent.exists()
        assert sorted(path.relative_to(root).as_posix() for path in join_path(root, "r").rglob("*")) == [
            "r/a.yml",
            "r/b",
            "r/b/c.yml",
        ]
        assert names(root) == ["r"]
        assert join_path(root / "r", "../x").read_bytes() == b""
        assert names(root) == ["r", "x"]
        assert not join_path(root, "s").exists()
        assert join_path(export_empty(repository) / "r", "../x").is_file()
        assert not join_path(export_empty(repository) / "gone", "../x").exists()

    def test_file_with_an_unusual_name_is_written(self, repository: Repository) -> None:
        odd = ["with space.yml", "new\nline.yml", '"quoted".yml', "größe-Ω-漢.yml", "-x", os.fsdecode(b"\xff\xfe")]
        repository.commit({name: name.encode(errors="surrogateescape") for name in odd})
        root = export(repository)
        assert names(root) == sorted(odd)
        assert [(root / name).read_bytes() for name in odd] == [os.fsencode(name) for name in odd]

    @pytest.mark.parametrize("name", ["..", ".git", ".GIT", "."])
    def test_tree_with_an_unsafe_name_is_rejected(self, repository: Repository, name: str) -> None:
        commit = _unsafe_commit(repository, [(b"100644", name.encode(), b"x")])
        with pytest.raises(RevisionError, match="cannot be written"):
            export(repository, commit)

    def test_tree_with_a_file_below_a_link_is_rejected(self, repository: Repository, tmp_path: Path) -> None:
        commit = _unsafe_commit(repository, [(b"120000", b"a", os.fsencode(tmp_path)), (b"40000", b"a", b"")])
        with pytest.raises(RevisionError, match="cannot be written"):
            export(repository, commit)
        assert not (tmp_path / "x").exists()

    def test_file_above_the_limit_is_written_without_contents(self, repository: Repository) -> None:
        repository.commit({"a": "a", "large": b"x" * (MAX_BYTES + 1), "limit": b"x" * MAX_BYTES, "z": "z"})
        root = export(repository)
        assert [(root / name).stat().st_size for name in ("a", "large", "limit", "z")] == [
            1,
            MAX_BYTES + 1,
            MAX_BYTES,
            1,
        ]
        assert (root / "large").read_bytes()[:1] == b"\0"

    def test_submodule_is_skipped(self, repository: Repository, tmp_path: Path) -> None:
        other = repository_at(tmp_path / "other")
        other.commit({"compose.yml": "a"})
        repository.git("submodule", "--quiet", "add", other.folder, "part")
        repository.commit({"b": "b"})
        assert names(export(repository)) == [".gitmodules", "b"]
        assert (export(Repository(repository.folder / "part")) / "compose.yml").read_bytes() == b"a"

    def test_repository_with_sha_256(self, tmp_path: Path, repository: Repository) -> None:
        del repository
        modern = repository_at(tmp_path / "modern", "--object-format=sha256")
        commit = modern.commit({"a": "a"})
        assert len(commit) == 64
        assert open_revision(modern.folder, commit[:9]).commit == commit
        assert (export(modern, commit) / "a").read_bytes() == b"a"

    def test_replace_refs_are_ignored(self, repository: Repository) -> None:
        first = repository.commit({"a": "first"})
        second = repository.commit({"a": "second"})
        repository.git("replace", first, second)
        assert (export(repository, first) / "a").read_bytes() == b"first"

    def test_export_is_removed_by_its_own_process_only(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit({"a": "1"})
        code = """
import os, sys
from pathlib import Path
from rollout_lint.discovery.revision_paths import join_path
from rollout_lint.discovery.revision import open_revision

folder = Path(sys.argv[1])
root = join_path(open_revision(folder, "HEAD").export(folder).path, "")
if not (child := os.fork()):
    sys.exit(0)
print(os.waitpid(child, 0)[1], (root / "a").read_bytes())
"""
        assert _python(code, repository.folder, tmp=tmp_path) == "0 b'1'"
        assert not list(tmp_path.glob("rollout-lint-*"))


class TestPaths:
    def test_path_is_formatted_as_given(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        commit = repository.commit({"r/compose.yml": "a"})
        monkeypatch.chdir(repository.folder)
        revision = open_revision(Path("r"), "main")
        root = revision.export(Path("r")).path
        assert format_path(root) == "r@main"
        assert format_path(root / "compose.yml") == "r/compose.yml@main"
        assert format_path(root.parent) == ".@main"
        assert format_path(join_path(root, "../../secret")) == "r/../../secret@main"
        assert format_path(revision.export(Path()).path) == ".@main"
        assert format_path(open_revision(Path("r"), commit).export(Path("r")).path) == f"r@{commit[:12]}"
        assert to_working_tree(join_path(root, "compose.yml")) == repository.folder / "r" / "compose.yml"
        assert (format_path(Path("r")), to_working_tree(Path("r"))) == ("r", Path("r"))

    def test_every_path_to_a_folder_gives_the_same_export(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repository.commit({"r/compose.yml": "a", "s/b": ""})
        monkeypatch.chdir(repository.folder / "s")
        (tmp_path / "to-top").symlink_to(repository.folder)
        (tmp_path / "to-r").symlink_to(repository.folder / "r")
        paths = [Path("../r"), repository.folder / "r", tmp_path / "to-top" / "r", tmp_path / "to-r", Path("../s/../r")]
        for given in paths:
            path = open_revision(given, "HEAD").export(given).path
            assert to_working_tree(path) == repository.folder / "r"
            assert (join_path(path, "") / "compose.yml").is_file()

    def test_link_in_the_working_tree_is_not_followed(self, repository: Repository) -> None:
        repository.commit({"r/compose.yml": "then", "other/compose.yml": "now"})
        shutil.rmtree(repository.folder / "r")
        (repository.folder / "r").symlink_to("other", target_is_directory=True)
        path = open_revision(repository.folder / "r", "HEAD").export(repository.folder / "r").path
        assert join_path(path, "compose.yml").read_bytes() == b"then"

    def test_deleted_folder_can_be_exported(self, repository: Repository) -> None:
        repository.commit({"old/deep/compose.yml": "a", "b": "b"})
        shutil.rmtree(repository.folder / "old")
        gone = repository.folder / "old" / "deep"
        assert join_path(open_revision(gone, "HEAD").export(gone).path, "compose.yml").read_bytes() == b"a"

    def test_folder_outside_the_repository_is_rejected(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit()
        revision = open_revision(repository.folder, "HEAD")
        for outside in (tmp_path, tmp_path / "gone", repository.folder / ".." / "x", tmp_path / "a\0b"):
            with pytest.raises(RevisionError, match="is outside the repository"):
                revision.export(outside)

    def test_nested_repository_is_separate(self, repository: Repository) -> None:
        inner = repository_at(repository.folder / "inner")
        inner.commit({"a": "inner"})
        outer = repository.commit({"b": "outer"})
        assert names(export(inner)) == ["a"]
        assert open_revision(repository.folder, "HEAD").commit == outer
        assert names(export(repository)) == ["b"]


class TestLinks:
    @pytest.fixture
    def linked(self, repository: Repository) -> Path:
        links = {
            "r/file.yml": "../shared/base.yml",
            "r/folder": "../shared",
            "r/chain.yml": "folder/base.yml",
            "r/out.yml": "../../secret.yml",
            "r/absolute.yml": "/etc/hostname",
            "r/within.yml": str(repository.folder / "shared" / "base.yml"),
            "r/back.yml": f"../../{repository.folder.name}/shared/base.yml",
            "r/self.yml": "self.yml",
            "r/one": "two",
            "r/two": "one",
            "r/dangling.yml": "nothing.yml",
            "r/through-file.yml": "real.yml/../real.yml",
            "r/up": "..",
            "r/climbs.yml": "up/../secret.yml",
        }
        (repository.folder.parent / "secret.yml").write_text("secret")
        (repository.folder / "r").mkdir()
        for name, target in links.items():
            (repository.folder / name).symlink_to(target)
        repository.commit({"shared/base.yml": "base", "r/real.yml": "real"})
        root = export_empty(repository)
        shutil.rmtree(repository.folder / "r")
        shutil.rmtree(repository.folder / "shared")
        return root

    @pytest.mark.parametrize("name", ["file.yml", "folder/base.yml", "chain.yml", "within.yml", "back.yml"])
    def test_link_within_the_tree_is_followed(self, linked: Path, name: str) -> None:
        path = join_path(linked, f"r/{name}")
        assert path.resolve() == linked / "shared/base.yml"
        assert path.read_bytes() == b"base"

    @pytest.mark.parametrize("name", ["out.yml", "absolute.yml", "climbs.yml", "through-file.yml"])
    def test_link_out_of_the_tree_is_broken(self, linked: Path, name: str) -> None:
        path = join_path(linked, "r") / name
        assert path.is_symlink()
        assert not path.resolve().is_relative_to(linked)
        assert not path.exists()
        assert not join_path(linked, f"r/{name}").exists()

    @pytest.mark.parametrize("name", ["self.yml", "one", "two", "one/x.yml", "dangling.yml"])
    def test_broken_or_circular_link_does_not_exist(self, linked: Path, name: str) -> None:
        with pytest.raises(OSError, match=r"No such file|symbolic links"):
            join_path(linked, f"r/{name}").read_bytes()

    @pytest.mark.parametrize(
        "name", ["../secret.yml", "r/../../secret.yml", "r/up/../secret.yml", "/etc/hostname", "\0"]
    )
    def test_path_out_of_the_tree_does_not_exist(self, linked: Path, name: str) -> None:
        (join_path(linked, "").parent / "secret.yml").write_text("secret")
        assert not join_path(linked, name).exists()

    def test_parent_path_works_for_folders_only(self, linked: Path) -> None:
        assert join_path(linked, "r/../shared/base.yml").is_file()
        assert not join_path(linked, "nowhere/../shared/base.yml").exists()
        assert not join_path(linked, "r/real.yml/../real.yml").exists()
        assert join_path(linked, "r/folder/../r/real.yml").is_file()
        assert join_path(linked, str(to_working_tree(linked) / "shared" / "base.yml")).is_file()

    def test_target_folder_of_a_link_is_written(self, linked: Path) -> None:
        assert names(join_path(linked, "r/folder")) == ["base.yml"]


class TestRefs:
    def test_open_revision_accepts_every_kind_of_ref(self, repository: Repository) -> None:
        first = repository.commit({"a": "1"}, date="2026-06-01T10:00:00+02:00")
        repository.git("tag", "light")
        repository.git("tag", "--annotate", "--message", "m", "v1.0")
        repository.git("branch", "größe/x")
        second = repository.commit({"a": "2"})
        for ref in ("light", "v1.0", "größe/x", "refs/tags/v1.0", "HEAD~1", "main^", first, first[:7], first.upper()):
            revision = open_revision(repository.folder, ref)
            assert (revision.commit, revision.ref, revision.date) == (first, ref, "2026-06-01T10:00:00+02:00")
            assert resolve_commit(repository.folder, ref) == first
        assert open_revision(repository.folder, "main").commit == second

    @pytest.mark.parametrize("ref", NOT_COMMITS)
    @pytest.mark.slow
    def test_open_revision_rejects_other_names(self, repository: Repository, ref: str) -> None:
        repository.commit({"a": "1", "^{commit}": "x"})
        repository.git("tag", "blob", repository.git("rev-parse", "HEAD:a"))
        with pytest.raises(RevisionError):
            open_revision(repository.folder, ref)
        assert resolve_commit(repository.folder, ref) is None

    def test_unknown_ref_is_named_in_the_error(self, repository: Repository) -> None:
        repository.commit()
        with pytest.raises(RevisionError, match=r"^there is no commit v9$"):
            open_revision(repository.folder, "v9")

    def test_resolve_commit_rejects_very_short_hashes(self, repository: Repository) -> None:
        commit = repository.commit()
        repository.git("tag", "abc")
        assert resolve_commit(repository.folder, commit[:6]) is None
        assert resolve_commit(repository.folder, commit[:6].upper()) is None
        assert resolve_commit(repository.folder, commit[:7]) == commit
        assert resolve_commit(repository.folder, "abc") == commit

    @pytest.mark.slow
    def test_ambiguous_hash_is_rejected(self, repository: Repository) -> None:
        seen: dict[str, str] = {}
        for number in range(10_000):
            commit = repository.commit({"n": str(number)}) if number < 2 else self._next(repository, number)
            if commit[:4] in seen:
                break
            seen[commit[:4]] = commit
            repository.git("update-ref", f"refs/heads/b{number}", commit)
        with pytest.raises(RevisionError, match="is short for more than one commit"):
            open_revision(repository.folder, commit[:4])

    @staticmethod
    def _next(repository: Repository, number: int) -> str:
        return repository.git("commit-tree", "-m", str(number), "HEAD^{tree}")

    def test_missing_commit_in_a_shallow_clone_is_explained(self, repository: Repository, tmp_path: Path) -> None:
        first = repository.commit({"a": "1"})
        repository.commit({"a": "2"})
        repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", tmp_path / "shallow")
        with pytest.raises(RevisionError, match="in this clone, which is shallow"):
            open_revision(tmp_path / "shallow", first)
        assert resolve_commit(tmp_path / "shallow", first) is None

    def test_worktree_has_the_commits_of_its_repository(self, repository: Repository, tmp_path: Path) -> None:
        commit = repository.commit({"a": "1"})
        bare = tmp_path / "bare.git"
        repository.git("clone", "--quiet", "--bare", ".", bare)
        Repository(bare).git("worktree", "add", "--quiet", tmp_path / "tree")
        tree = Repository(tmp_path / "tree")
        assert open_revision(tree.folder, "main").commit == commit
        assert (export(tree) / "a").read_bytes() == b"1"

    def test_folder_without_a_repository_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(RevisionError, match="not a git repository"):
            open_revision(tmp_path, "HEAD")
        with pytest.raises(RevisionError, match="not a git repository"):
            find_commit_before(tmp_path, "2026-06-10")
        assert resolve_commit(tmp_path, "HEAD") is None

    def test_repository_without_a_commit_is_an_error(self, repository: Repository) -> None:
        with pytest.raises(RevisionError, match="there is no commit HEAD"):
            open_revision(repository.folder, "HEAD")
        assert find_commit_before(repository.folder, "2026-06-10") is None

    def test_missing_git_is_an_error(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        repository.commit()
        monkeypatch.setenv("PATH", str(repository.folder))
        with pytest.raises(RevisionError, match=r"^git is not installed$"):
            open_revision(repository.folder, "HEAD")
        assert resolve_commit(repository.folder, "HEAD") is None

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the owner of a folder")
    def test_repository_of_another_user_gives_the_error_of_git(self, repository: Repository) -> None:
        repository.commit()
        os.chown(repository.folder, 12345, 12345)
        with pytest.raises(RevisionError, match=r"dubious ownership in repository at .*safe\.directory"):
            open_revision(repository.folder, "HEAD")
        assert resolve_commit(repository.folder, "HEAD") is None


class TestMoments:
    def test_find_commit_before_returns_the_newest_commit(self, repository: Repository) -> None:
        first = repository.commit(date="2026-06-01T23:59:59Z")
        second = repository.commit(date="2026-06-02T00:00:00Z")
        third = repository.commit(date="2026-06-03T01:00:00+02:00")
        for moment, commit in {
            "2026-06-01": first,
            "2026-06-01T23:59:58Z": None,
            "2026-06-01T23:59:59": first,
            "2026-06-02T00:00:00.5": second,
            "2026-06-02T02:00:00+02:00": second,
            "2026-06-02T01:59:59+02:00": first,
            "2026-06-02T22:59:59Z": second,
            "2026-06-02": third,
            "9999-12-31": third,
            "0001-01-01": None,
        }.items():
            assert find_commit_before(repository.folder, moment) == commit, moment

    def test_branch_that_was_merged_later_is_ignored(self, repository: Repository) -> None:
        before = repository.commit({"a": "1"}, date="2026-06-01T12:00:00Z")
        repository.git("checkout", "--quiet", "-b", "side")
        repository.commit({"b": "1"}, date="2026-06-02T12:00:00Z")
        repository.git("checkout", "--quiet", "main")
        repository.git("merge", "--quiet", "--no-ff", "-m", "m", "side", date="2026-06-05T12:00:00Z")
        assert find_commit_before(repository.folder, "2026-06-03") == before
        assert find_commit_before(repository.folder, "2026-06-05") == repository.git("rev-parse", "HEAD")

    def test_history_of_a_shallow_clone_is_limited(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit(date="2026-06-01T12:00:00Z")
        second = repository.commit(date="2026-06-03T12:00:00Z")
        repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", tmp_path / "shallow")
        assert find_commit_before(tmp_path / "shallow", "2026-06-02") is None
        assert find_commit_before(tmp_path / "shallow", "2026-06-04") == second

    @pytest.mark.parametrize("moment", ["", "yesterday", "2026-13-01", "2026-06", "2026-06-10T25:00", "@0", "-x", "\0"])
    def test_invalid_moment_is_rejected(self, repository: Repository, moment: str) -> None:
        repository.commit()
        with pytest.raises(RevisionError, match="is not an ISO 8601 date"):
            find_commit_before(repository.folder, moment)

    def test_first_and_last_date_are_accepted(self, repository: Repository) -> None:
        commit = repository.commit()
        assert find_commit_before(repository.folder, "9999-12-31T23:59:59-23:59") == commit
        assert find_commit_before(repository.folder, "0001-01-01T00:00:00+23:59") is None


class TestSafety:
    def test_git_variables_of_a_hook_are_ignored(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = repository.commit({"a": "right"})
        other = repository_at(tmp_path / "other")
        other.commit({"a": "wrong"})
        monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
        monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no-index"))
        monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.folder / ".git" / "objects"))
        assert open_revision(repository.folder, "HEAD").commit == commit
        assert (export(repository) / "a").read_bytes() == b"right"
        assert find_commit_before(repository.folder, "2026-06-10") == commit

    def test_no_program_is_run_and_no_file_is_written(self, repository: Repository, tmp_path: Path) -> None:
        commit = repository.commit({"a": "1", ".gitattributes": "* filter=f diff=f\n"})
        script = tmp_path / "script"
        script.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\ncat\n")
        script.chmod(0o755)
        hooks = tmp_path / "hooks"
        hooks.mkdir()
        for name in ("post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
            (hooks / name).symlink_to(script)
        for key in (
            "core.fsmonitor",
            "core.pager",
            "pager.rev-list",
            "pager.ls-tree",
            "core.sshCommand",
            "core.editor",
        ):
            repository.git("config", key, str(script))
        for key in ("filter.f.smudge", "filter.f.clean", "diff.f.textconv", "diff.f.command", "gpg.program"):
            repository.git("config", key, str(script))
        repository.git("config", "core.hooksPath", str(hooks))
        repository.git("config", "log.showSignature", "true")
        repository.git("config", "alias.ls-tree", f"!{script}")
        before = _file_states(repository.folder)
        assert (export(repository) / "a").read_bytes() == b"1"
        assert find_commit_before(repository.folder, "2026-06-10") == commit
        assert resolve_commit(repository.folder, "main") == commit
        assert not (tmp_path / "ran").exists()
        assert _file_states(repository.folder) == before
        repository.git("status")
        assert (tmp_path / "ran").exists()

    def test_partial_clone_fetches_no_objects(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit({"a": "old"})
        repository.commit({"a": "new"})
        repository.git("config", "uploadpack.allowFilter", "true")
        partial = tmp_path / "partial"
        repository.git("clone", "--quiet", "--filter=blob:none", f"file://{repository.folder}", partial)
        Repository(partial).git("config", "protocol.file.allow", "always")
        before = _file_states(partial)
        root = export(Repository(partial), "HEAD~1")
        assert (root / "a").is_file()
        with pytest.raises(OSError, match="contents are missing"):
            read_bytes(root / "a", 10)
        assert _file_states(partial) == before
        assert (export(Repository(partial)) / "a").read_bytes() == b"new"
        treeless = tmp_path / "treeless"
        repository.git("clone", "--quiet", "--filter=tree:0", f"file://{repository.folder}", treeless)
        with pytest.raises(RevisionError):
            export(Repository(treeless), "HEAD~1")
        assert Repository(partial).git("show", "HEAD~1:a") == "old"

    def test_committed_bare_repository_is_ignored(self, repository: Repository) -> None:
        bare = repository.folder / "r"
        commit = repository.commit({"a": "1"})
        shutil.copytree(repository.folder / ".git", bare)
        Repository(bare).git("config", "core.bare", "true")
        with pytest.raises(RevisionError, match="bare repository"):
            open_revision(bare, "HEAD")
        assert open_revision(repository.folder, "HEAD").commit == commit

    def test_broken_repository_is_an_error(self, repository: Repository) -> None:
        repository.commit({"a": "1", "b": "2"})
        blob = repository.git("rev-parse", "HEAD:a")
        path = repository.folder / ".git" / "objects" / blob[:2] / blob[2:]
        path.chmod(0o644)
        path.write_bytes(b"\0\1\2")
        root = export(repository)
        with pytest.raises(OSError, match="contents are missing"):
            read_bytes(root / "a", 10)
        assert read_bytes(root / "b", 10) == b"2"
        (repository.folder / ".git" / "config").write_bytes(b"[core\n\xff")
        with pytest.raises(RevisionError, match="bad config"):
            open_revision(repository.folder, "HEAD")


def _file_states(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return the size and the time of every file."""
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def _unsafe_commit(repository: Repository, entries: list[tuple[bytes, bytes, bytes]]) -> str:
    """Return a commit of a tree that git would not create; each folder in it has the file `x`."""
    blob = repository.git("hash-object", "-w", "--stdin", stdin=b"x")
    below = repository.git("mktree", stdin=f"100644 blob {blob}\tx\n".encode())
    tree = b""
    for mode, name, data in entries:
        item = below if mode == b"40000" else repository.git("hash-object", "-w", "--stdin", stdin=data)
        tree += mode + b" " + name + b"\0" + bytes.fromhex(item)
    tree_hash = repository.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=tree)
    return repository.git("commit-tree", "-m", "m", tree_hash)


def _python(code: str, *arguments: Path, tmp: Path) -> str:
    """Run Python code and return its output; a warning fails the test."""
    command = [sys.executable, "-W", "error", "-X", "dev", "-c", code, *map(str, arguments)]
    environment = os.environ | {"TMPDIR": str(tmp)}
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.strip()
