"""A revision of a real repository, read without a checkout."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rollout_lint.revision import Revision, RevisionError, RevisionPath, newest_before, open_revision, resolves

from tests.repository import Repository, repository_at

NO_COMMITS = (
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


def at(repository: Repository, ref: str = "HEAD") -> RevisionPath:
    """The root of a revision's tree."""
    return open_revision(repository.folder, ref).path(repository.folder)


def names(folder: RevisionPath) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestReading:
    def test_the_files_of_a_commit_are_read_whatever_the_working_tree_holds(self, repository: Repository) -> None:
        repository.commit({"r/compose.yml": "old", "r/deep/er/x.yml": "x", "gone/a.yml": "a"})
        repository.commit({"r/compose.yml": "new", "gone/a.yml": None})
        (repository.folder / "r" / "compose.yml").write_text("not committed")
        root = at(repository, "HEAD~1")
        assert (root / "r" / "compose.yml").read_bytes() == b"old"
        assert (root / "gone/a.yml").read_bytes() == b"a"
        assert names(root) == ["gone", "r"]
        assert names(root / "r") == ["compose.yml", "deep"]
        assert names(root / "r/deep") == ["er"]
        assert (root / "r/deep/er").is_dir()
        assert not (root / "r/deep/er").is_file()
        assert (root / "r/compose.yml").is_file()
        assert not (root / "r/compose.yml").is_dir()
        assert not (root / "r/not there").exists()
        assert not (at(repository) / "gone").exists()

    def test_what_is_no_file_is_not_opened(self, repository: Repository) -> None:
        repository.commit({"r/a": "a"})
        root = at(repository)
        with pytest.raises(IsADirectoryError):
            (root / "r").open("rb")
        with pytest.raises(FileNotFoundError):
            (root / "b").open("rb")
        with pytest.raises(NotADirectoryError):
            list((root / "r" / "a").iterdir())
        with pytest.raises(FileNotFoundError):
            list((root / "b").iterdir())
        with pytest.raises(TypeError):
            os.fspath(root)  # type: ignore[call-overload]

    def test_names_of_any_bytes(self, repository: Repository) -> None:
        odd = [
            "with space.yml",
            "new\nline.yml",
            "tab\t.yml",
            '"quoted".yml',
            "größe-Ω-漢.yml",
            "-x",
            os.fsdecode(b"\xff\xfe"),
        ]
        repository.commit({name: name.encode(errors="surrogateescape") for name in odd})
        root = at(repository)
        assert names(root) == sorted(odd)
        assert [(root / name).read_bytes() for name in odd] == [os.fsencode(name) for name in odd]

    def test_a_part_is_read_and_the_next_blob_is_right_after_it(self, repository: Repository) -> None:
        large = bytes(range(256)) * 4096
        repository.commit({"large": large, "small": "small", "empty": ""})
        root = at(repository)
        with (root / "large").open("rb") as stream:
            assert stream.read(5) == large[:5]
            assert stream.read(5) == large[5:10]
            assert stream.read() == large[10:]
            assert stream.read() == b""
        assert (root / "small").read_bytes() == b"small"
        assert (root / "empty").read_bytes() == b""
        assert (root / "large").read_bytes() == large
        with (root / "small").open("rb") as stream:
            assert stream.read(len(b"small")) == b"small"
        assert (root / "small").read_bytes() == b"small"

    def test_a_submodule_is_absent(self, repository: Repository, tmp_path: Path) -> None:
        other = repository_at(tmp_path / "other")
        other.commit({"compose.yml": "a"})
        repository.git("submodule", "--quiet", "add", other.folder, "part")
        repository.commit({"b": "b"})
        assert names(at(repository)) == [".gitmodules", "b"]
        assert (at(Repository(repository.folder / "part")) / "compose.yml").read_bytes() == b"a"

    def test_a_repository_with_sha_256(self, tmp_path: Path, repository: Repository) -> None:
        del repository
        modern = repository_at(tmp_path / "modern", "--object-format=sha256")
        commit = modern.commit({"a": "a"})
        assert len(commit) == 64
        assert open_revision(modern.folder, commit[:9]).commit == commit
        assert (at(modern, commit) / "a").read_bytes() == b"a"

    def test_a_replaced_object_is_not_taken_for_the_commit(self, repository: Repository) -> None:
        first = repository.commit({"a": "first"})
        second = repository.commit({"a": "second"})
        repository.git("replace", first, second)
        assert (at(repository, first) / "a").read_bytes() == b"first"


class TestPaths:
    def test_patterns_match_as_those_of_pathlib(self, repository: Repository) -> None:
        (repository.folder / "ci").mkdir()
        (repository.folder / "ci" / "up").symlink_to("..", target_is_directory=True)
        repository.commit(
            dict.fromkeys(["compose.a.yml", "compose.b.yaml", ".hidden.yml", "ci/x.yml", "ci/d/y.yml"], "")
        )
        root = at(repository)
        for pattern in ("*.y*ml", "compose.?.yml", "*/*.yml", "ci/x.yml", "ci/z.yml", "[c]*", "**/*.yml", "../*", "["):
            expected = {
                path.relative_to(repository.folder)
                for path in repository.folder.glob(pattern)
                if ".git" not in path.parts
            }
            if pattern == "../*":
                expected = set()
            assert {Path(path.relative_to(root)) for path in root.glob(pattern)} == expected, pattern

    def test_the_parts_of_a_path(self, repository: Repository) -> None:
        repository.commit({"r/d/compose.yml": "a"})
        root = at(repository)
        path = root / "r" / "d/compose.yml"
        assert path.name == "compose.yml"
        assert path.parent == root / "r/d"
        assert path.parents == (root / "r/d", root / "r", root)
        assert root.parents == ()
        assert not root.parent.exists()
        assert path.relative_to(root / "r").as_posix() == "d/compose.yml"
        assert path.is_relative_to(root / "r")
        assert not root.is_relative_to(path)
        assert not path.is_relative_to(repository.folder)
        assert sorted([root / "r", root]) == [root, root / "r"]
        assert len({root / "r", root / "r" / "d" / "..", root / "r"}) == 2

    def test_paths_of_two_revisions_differ(self, repository: Repository) -> None:
        first = repository.commit({"a": "1"})
        repository.commit({"a": "2"})
        old, new = at(repository, first) / "a", at(repository) / "a"
        assert old != new
        assert not new.is_relative_to(at(repository, first))
        with pytest.raises(ValueError, match="same revision"):
            new.relative_to(at(repository, first))
        assert old == at(repository, "HEAD~1") / "a"

    def test_a_path_is_shown_as_it_was_named(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        commit = repository.commit({"r/compose.yml": "a"})
        monkeypatch.chdir(repository.folder)
        revision = open_revision(Path("r"), "main")
        assert str(revision.path(Path("r"))) == "r@main"
        assert str(revision.path(Path("r")) / "compose.yml") == "r/compose.yml@main"
        assert str(revision.path(Path())) == ".@main"
        assert str(revision.path(Path()).parent) == "..@main"
        assert revision.path(Path("r")).as_posix() == "r@main"
        assert str(open_revision(Path("r"), commit).path(Path("r"))) == f"r@{commit[:12]}"

    def test_every_way_to_name_a_folder_leads_to_the_same_place(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repository.commit({"r/compose.yml": "a", "s/b": ""})
        monkeypatch.chdir(repository.folder / "s")
        (tmp_path / "to-top").symlink_to(repository.folder)
        (tmp_path / "to-r").symlink_to(repository.folder / "r")
        ways = [Path("../r"), repository.folder / "r", tmp_path / "to-top" / "r", tmp_path / "to-r", Path("../s/../r")]
        found = {open_revision(way, "HEAD").path(way) for way in ways}
        assert len(found) == 1
        assert (found.pop() / "compose.yml").is_file()

    def test_a_link_that_stands_there_today_is_not_followed(self, repository: Repository) -> None:
        repository.commit({"r/compose.yml": "then", "other/compose.yml": "now"})
        shutil.rmtree(repository.folder / "r")
        (repository.folder / "r").symlink_to("other", target_is_directory=True)
        path = open_revision(repository.folder / "r", "HEAD").path(repository.folder / "r")
        assert (path / "compose.yml").read_bytes() == b"then"

    def test_a_folder_that_is_gone_has_its_place(self, repository: Repository) -> None:
        repository.commit({"old/deep/compose.yml": "a", "b": "b"})
        shutil.rmtree(repository.folder / "old")
        gone = repository.folder / "old" / "deep"
        assert (open_revision(gone, "HEAD").path(gone) / "compose.yml").read_bytes() == b"a"

    def test_a_folder_of_another_tree_has_none(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit()
        revision = open_revision(repository.folder, "HEAD")
        for outside in (tmp_path, tmp_path / "gone", repository.folder / ".." / "x", tmp_path / "a\0b"):
            with pytest.raises(RevisionError, match="lies outside the repository"):
                revision.path(outside)

    def test_a_repository_inside_another_is_its_own(self, repository: Repository) -> None:
        inner = repository_at(repository.folder / "inner")
        inner.commit({"a": "inner"})
        outer = repository.commit({"b": "outer"})
        assert names(at(inner)) == ["a"]
        assert open_revision(repository.folder, "HEAD").commit == outer
        assert names(at(repository)) == ["b"]


class TestLinks:
    @pytest.fixture
    def linked(self, repository: Repository) -> RevisionPath:
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
        }
        (repository.folder.parent / "secret.yml").write_text("secret")
        (repository.folder / "r").mkdir()
        for name, target in links.items():
            (repository.folder / name).symlink_to(target)
        repository.commit({"shared/base.yml": "base", "r/real.yml": "real"})
        root = at(repository)
        shutil.rmtree(repository.folder / "r")
        shutil.rmtree(repository.folder / "shared")
        return root

    @pytest.mark.parametrize("name", ["file.yml", "folder/base.yml", "chain.yml", "within.yml", "back.yml"])
    def test_one_that_stays_in_the_tree_is_followed(self, linked: RevisionPath, name: str) -> None:
        path = linked / "r" / name
        assert path.resolve() == linked / "shared/base.yml"
        assert path.is_file()
        assert path.exists()
        assert path.read_bytes() == b"base"

    @pytest.mark.parametrize("name", ["out.yml", "absolute.yml", "self.yml", "one", "two", "one/x.yml"])
    def test_one_that_leads_out_or_in_a_circle_is_nothing_of_the_tree(self, linked: RevisionPath, name: str) -> None:
        path = linked / "r" / name
        assert not path.resolve().is_relative_to(linked)
        assert not path.exists()
        with pytest.raises(FileNotFoundError):
            path.read_bytes()

    def test_one_to_nothing_is_in_the_tree(self, linked: RevisionPath) -> None:
        path = linked / "r" / "dangling.yml"
        assert path.resolve() == linked / "r" / "nothing.yml"
        assert path.is_symlink()
        assert not path.exists()

    def test_the_way_back_leads_through_folders_only(self, linked: RevisionPath) -> None:
        assert (linked / "r" / ".." / "shared" / "base.yml").is_file()
        assert not (linked / "nowhere" / ".." / "shared" / "base.yml").exists()
        assert not (linked / "r" / "real.yml" / ".." / "real.yml").exists()
        assert not (linked / "r" / "through-file.yml").exists()
        assert (linked / "r" / "folder" / ".." / "r" / "real.yml").is_file()

    def test_only_the_last_part_makes_it_a_link(self, linked: RevisionPath) -> None:
        assert (linked / "r" / "folder").is_symlink()
        assert (linked / "r" / "folder").is_dir()
        assert not (linked / "r" / "folder" / "base.yml").is_symlink()
        assert not (linked / "r").is_symlink()
        assert names(linked / "r" / "folder") == ["base.yml"]

    def test_an_absolute_path_replaces_the_folder(self, linked: RevisionPath) -> None:
        assert not (linked / "/etc/hostname").exists()
        assert (linked / "r" / str(linked.place / "shared" / "base.yml")).is_file()


class TestRefs:
    def test_every_kind_of_name(self, repository: Repository) -> None:
        first = repository.commit({"a": "1"}, date="2026-06-01T10:00:00+02:00")
        repository.git("tag", "light")
        repository.git("tag", "--annotate", "--message", "m", "v1.0")
        repository.git("branch", "größe/x")
        second = repository.commit({"a": "2"})
        for ref in ("light", "v1.0", "größe/x", "refs/tags/v1.0", "HEAD~1", "main^", first, first[:7], first.upper()):
            revision = open_revision(repository.folder, ref)
            assert (revision.commit, revision.ref, revision.date) == (first, ref, "2026-06-01T10:00:00+02:00")
            assert resolves(repository.folder, ref) == first
        assert open_revision(repository.folder, "main").commit == second

    @pytest.mark.parametrize("ref", NO_COMMITS)
    def test_what_names_no_commit_is_refused(self, repository: Repository, ref: str) -> None:
        repository.commit({"a": "1", "^{commit}": "x"})
        repository.git("tag", "blob", repository.git("rev-parse", "HEAD:a"))
        with pytest.raises(RevisionError):
            open_revision(repository.folder, ref)
        assert resolves(repository.folder, ref) is None

    def test_an_unknown_name_is_said_with_it(self, repository: Repository) -> None:
        repository.commit()
        with pytest.raises(RevisionError, match=r"^there is no commit v9$"):
            open_revision(repository.folder, "v9")

    def test_a_short_abbreviation_resolves_to_nothing_and_a_short_name_does(self, repository: Repository) -> None:
        commit = repository.commit()
        repository.git("tag", "abc")
        assert resolves(repository.folder, commit[:6]) is None
        assert resolves(repository.folder, commit[:6].upper()) is None
        assert resolves(repository.folder, commit[:7]) == commit
        assert resolves(repository.folder, "abc") == commit

    def test_an_abbreviation_of_two_commits(self, repository: Repository) -> None:
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

    def test_a_shallow_clone_says_that_it_may_lack_it(self, repository: Repository, tmp_path: Path) -> None:
        first = repository.commit({"a": "1"})
        repository.commit({"a": "2"})
        repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", tmp_path / "shallow")
        with pytest.raises(RevisionError, match="in this clone, which is shallow"):
            open_revision(tmp_path / "shallow", first)
        assert resolves(tmp_path / "shallow", first) is None

    def test_a_worktree_has_the_commits_of_its_repository(self, repository: Repository, tmp_path: Path) -> None:
        commit = repository.commit({"a": "1"})
        bare = tmp_path / "bare.git"
        repository.git("clone", "--quiet", "--bare", ".", bare)
        Repository(bare).git("worktree", "add", "--quiet", tmp_path / "tree")
        tree = Repository(tmp_path / "tree")
        assert open_revision(tree.folder, "main").commit == commit
        assert (at(tree) / "a").read_bytes() == b"1"

    def test_a_folder_without_a_repository(self, tmp_path: Path) -> None:
        with pytest.raises(RevisionError, match="not a git repository"):
            open_revision(tmp_path, "HEAD")
        with pytest.raises(RevisionError, match="not a git repository"):
            newest_before(tmp_path, "2026-06-10")
        assert resolves(tmp_path, "HEAD") is None

    def test_a_repository_without_a_commit(self, repository: Repository) -> None:
        with pytest.raises(RevisionError, match="there is no commit HEAD"):
            open_revision(repository.folder, "HEAD")
        assert newest_before(repository.folder, "2026-06-10") is None

    def test_no_git(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        repository.commit()
        monkeypatch.setenv("PATH", str(repository.folder))
        with pytest.raises(RevisionError, match=r"^git is not installed$"):
            open_revision(repository.folder, "HEAD")
        assert resolves(repository.folder, "HEAD") is None

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_a_repository_of_somebody_else_is_refused_in_gits_own_words(self, repository: Repository) -> None:
        repository.commit()
        os.chown(repository.folder, 12345, 12345)
        with pytest.raises(RevisionError, match=r"dubious ownership in repository at .*safe\.directory"):
            open_revision(repository.folder, "HEAD")
        assert resolves(repository.folder, "HEAD") is None


class TestMoments:
    def test_the_newest_commit_that_is_not_later(self, repository: Repository) -> None:
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
            assert newest_before(repository.folder, moment) == commit, moment

    def test_a_branch_that_was_merged_later_was_not_there_yet(self, repository: Repository) -> None:
        before = repository.commit({"a": "1"}, date="2026-06-01T12:00:00Z")
        repository.git("checkout", "--quiet", "-b", "side")
        repository.commit({"b": "1"}, date="2026-06-02T12:00:00Z")
        repository.git("checkout", "--quiet", "main")
        repository.git("merge", "--quiet", "--no-ff", "-m", "m", "side", date="2026-06-05T12:00:00Z")
        assert newest_before(repository.folder, "2026-06-03") == before
        assert newest_before(repository.folder, "2026-06-05") == repository.git("rev-parse", "HEAD")

    def test_a_shallow_clone_knows_as_far_as_it_reaches(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit(date="2026-06-01T12:00:00Z")
        second = repository.commit(date="2026-06-03T12:00:00Z")
        repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", tmp_path / "shallow")
        assert newest_before(tmp_path / "shallow", "2026-06-02") is None
        assert newest_before(tmp_path / "shallow", "2026-06-04") == second

    @pytest.mark.parametrize("moment", ["", "yesterday", "2026-13-01", "2026-06", "2026-06-10T25:00", "@0", "-x", "\0"])
    def test_another_text_is_refused(self, repository: Repository, moment: str) -> None:
        repository.commit()
        with pytest.raises(RevisionError, match="is not an ISO 8601 date"):
            newest_before(repository.folder, moment)

    def test_the_end_of_the_calendar_is_no_error(self, repository: Repository) -> None:
        commit = repository.commit()
        assert newest_before(repository.folder, "9999-12-31T23:59:59-23:59") == commit
        assert newest_before(repository.folder, "0001-01-01T00:00:00+23:59") is None


class TestSafety:
    def test_variables_of_a_hook_do_not_mislead(
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
        assert (at(repository) / "a").read_bytes() == b"right"
        assert newest_before(repository.folder, "2026-06-10") == commit

    def test_nothing_that_a_config_names_is_run_and_nothing_is_written(
        self, repository: Repository, tmp_path: Path
    ) -> None:
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
        before = _states(repository.folder)
        assert (at(repository) / "a").read_bytes() == b"1"
        assert newest_before(repository.folder, "2026-06-10") == commit
        assert resolves(repository.folder, "main") == commit
        assert not (tmp_path / "ran").exists()
        assert _states(repository.folder) == before
        repository.git("status")
        assert (tmp_path / "ran").exists()

    def test_a_partial_clone_fetches_nothing(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit({"a": "old"})
        repository.commit({"a": "new"})
        repository.git("config", "uploadpack.allowFilter", "true")
        partial = tmp_path / "partial"
        repository.git("clone", "--quiet", "--filter=blob:none", f"file://{repository.folder}", partial)
        Repository(partial).git("config", "protocol.file.allow", "always")
        before = _states(partial)
        root = at(Repository(partial), "HEAD~1")
        assert (root / "a").is_file()
        with pytest.raises(OSError, match="lacks its contents"):
            (root / "a").read_bytes()
        assert _states(partial) == before
        assert (at(Repository(partial)) / "a").read_bytes() == b"new"
        treeless = tmp_path / "treeless"
        repository.git("clone", "--quiet", "--filter=tree:0", f"file://{repository.folder}", treeless)
        with pytest.raises(RevisionError):
            open_revision(treeless, "HEAD~1")
        assert Repository(partial).git("show", "HEAD~1:a") == "old"

    def test_a_folder_that_only_looks_like_a_repository_is_none(self, repository: Repository) -> None:
        looks = repository.folder / "r"
        commit = repository.commit({"a": "1"})
        shutil.copytree(repository.folder / ".git", looks)
        Repository(looks).git("config", "core.bare", "true")
        with pytest.raises(RevisionError, match="bare repository"):
            open_revision(looks, "HEAD")
        assert open_revision(repository.folder, "HEAD").commit == commit

    def test_a_broken_repository(self, repository: Repository) -> None:
        repository.commit({"a": "1"})
        root = at(repository)
        blob = repository.git("rev-parse", "HEAD:a")
        path = repository.folder / ".git" / "objects" / blob[:2] / blob[2:]
        path.chmod(0o644)
        path.write_bytes(b"\0\1\2")
        with pytest.raises(OSError, match="lacks its contents"):
            (root / "a").read_bytes()
        (repository.folder / ".git" / "config").write_bytes(b"[core\n\xff")
        with pytest.raises(RevisionError, match="bad config"):
            open_revision(repository.folder, "HEAD")


def _states(folder: Path) -> dict[Path, tuple[int, int]]:
    """Size and time of every file."""
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


class TestProcesses:
    def test_a_worker_that_was_forked_reads_beside_its_parent(self, repository: Repository) -> None:
        repository.commit({f"f{number}": str(number) * 1000 for number in range(20)})
        root = at(repository)
        paths = sorted(root.iterdir())
        expected = [path.read_bytes() for path in paths]
        with multiprocessing.get_context("fork").Pool(2) as pool:
            found = pool.map_async(RevisionPath.read_bytes, paths * 5, chunksize=1)
            assert [path.read_bytes() for path in paths * 5] == expected * 5
            assert found.get() == expected * 5
            pool.close()
            pool.join()
        assert paths[0].read_bytes() == expected[0]

    def test_a_path_can_be_sent_to_a_process_that_knows_nothing(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit({"a": "sent"})
        (tmp_path / "path").write_bytes(pickle.dumps(at(repository) / "a"))
        code = "import pathlib, pickle, sys; print(pickle.loads(pathlib.Path(sys.argv[1]).read_bytes()).read_bytes())"
        assert _python(code, tmp_path / "path") == "b'sent'"

    def test_nothing_is_left_running(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit({"a": "1", "large": "x" * 3_000_000})
        other = repository_at(tmp_path / "other")
        other.commit({"b": "2"})
        code = """
import atexit, os, sys
from pathlib import Path

def say_children():
    try:
        print(*os.waitpid(-1, os.WNOHANG))
    except ChildProcessError:
        print("none")

atexit.register(say_children)
from rollout_lint.revision import open_revision

for folder, name in ((sys.argv[1], "a"), (sys.argv[2], "b"), (sys.argv[1], "large"), (sys.argv[1], "a")):
    with (open_revision(Path(folder), "HEAD").path(Path(folder)) / name).open("rb") as stream:
        stream.read(10)
say_children()
"""
        assert _python(code, repository.folder, other.folder).splitlines() == ["0 0", "none"]

    def test_a_fork_that_ends_without_reading_leaves_its_parents_process(self, repository: Repository) -> None:
        repository.commit({"a": "1", "b": "2"})
        code = """
import os, sys
from pathlib import Path
from rollout_lint.revision import open_revision

root = open_revision(Path(sys.argv[1]), "HEAD").path(Path(sys.argv[1]))
print((root / "a").read_bytes(), flush=True)
if not (child := os.fork()):
    sys.exit(0)
print(os.waitpid(child, 0)[1], (root / "b").read_bytes())
"""
        assert _python(code, repository.folder).splitlines() == ["b'1'", "0 b'2'"]


def _python(code: str, *arguments: Path) -> str:
    """What it prints; a warning fails the test."""
    command = [sys.executable, "-W", "error", "-X", "dev", "-c", code, *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.strip()


def test_a_revision_is_its_commit(repository: Repository) -> None:
    commit = repository.commit()
    by_name, by_hash = open_revision(repository.folder, "main"), open_revision(repository.folder, commit)
    assert by_name == by_hash
    assert isinstance(by_name, Revision)
    assert hash(by_name) == hash(by_hash)
