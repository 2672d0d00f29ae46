"""Commands in scripts and documentation that deploy a stack."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.discovery.deploy_commands import DeployCommand, find_deploy_commands
from rollout_lint.discovery.script_kind import script_kind

from tests.examples import example_count

Found = tuple[int, str | None, tuple[str, ...]]

A, AB = ("a.yml",), ("a.yml", "b.yml")


def find(text: str | bytes, path: str = "deploy.sh") -> list[Found]:
    data = text.encode() if isinstance(text, str) else text
    return [(command.line, command.folder, command.files) for command in find_deploy_commands(data, path)]


@pytest.mark.parametrize(
    "path",
    [
        "deploy.sh", "bin/deploy.bash", "x.zsh", "Makefile", "makefile", "GNUmakefile", "Makefile.swarm", "rules.mk",
        "justfile", "Justfile", ".justfile", "tasks.just", "Taskfile.yml", "Taskfile.dist.yaml", "taskfile.yaml",
        ".gitlab-ci.yml", "ci/deploy.gitlab-ci.yml", ".gitlab/ci/deploy.yml", ".github/workflows/deploy.yml",
        "app/.gitea/workflows/deploy.yaml", ".forgejo/workflows/a/b.yml", ".drone.yml", ".woodpecker.yml",
        ".woodpecker/deploy.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml", ".travis.yml",
        ".circleci/config.yml", "Jenkinsfile", "Jenkinsfile.prod", "Dockerfile", "Dockerfile.deploy",
        "deploy.Dockerfile", "Containerfile", "README.md", "docs/INSTALL.MD", "package.json",
    ],
)  # fmt: skip
def test_scripts_have_a_kind(path: str) -> None:
    assert script_kind(path) is not None


@pytest.mark.parametrize(
    "path",
    [
        "compose.yml", "docker-compose.yml", "workflows/deploy.yml", ".github/dependabot.yml", "config.yml", "main.py",
        "package-lock.json", "sh", "md", "sub.sh/file", "stack", "circleci/config.yml", "README", ".env.sample", "",
    ],
)  # fmt: skip
def test_other_files_have_no_kind(path: str) -> None:
    assert script_kind(path) is None
    assert find("docker stack deploy -c a.yml app", path) == []


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("docker stack deploy -c a.yml app", A),
        ("docker stack up -c a.yml app", A),
        ("docker stack deploy -ca.yml app", A),
        ("docker stack deploy -c=a.yml app", A),
        ("docker stack deploy --compose-file a.yml app", A),
        ("docker stack deploy --compose-file=a.yml app", A),
        ("docker stack deploy app -c a.yml", A),
        ("docker stack deploy -c a.yml -c b.yml app", AB),
        ("docker stack deploy -c a.yml,b.yml app", AB),
        ("docker stack deploy -c b.yml --prune --compose-file=a.yml app", ("b.yml", "a.yml")),
        ("docker stack deploy --with-registry-auth --resolve-image never -c a.yml --detach=false -c b.yml app", AB),
        ("docker stack deploy -dc a.yml -dqc=b.yml app", AB),
        ("docker stack deploy -c a.yml -- app", A),
        ("docker stack deploy -c 'a.yml' -c \"b.yml\" app", AB),
        ('docker stack deploy --compose-file="a.yml" -c"b.yml" app', AB),
        ("docker stack deploy -c 'my stack.yml' app", ("my stack.yml",)),
        ("docker stack deploy -c my\\ stack.yml app", ("my stack.yml",)),
        ("docker stack deploy -c ../infra/a.yml app", ("../infra/a.yml",)),
        ("docker stack deploy -c /srv/a.yml app", ("/srv/a.yml",)),
        ("docker   stack\tdeploy  -c  a.yml  app", A),
        ("docker stack deploy \\\n  --prune \\\n  -c a.yml \\\n  -c b.yml \\\n  app", AB),
        ("docker stack deploy -c a.yml \\\n#  -c b.yml \\\n  app", A),
        ("docker stack deploy -c a.yml \\\r\n  -c b.yml app\r\n", AB),
        ("docker --context prod stack deploy -c a.yml app", A),
        ("docker -c prod stack deploy -c a.yml app", A),
        ("docker --context=docker -H ssh://swarm -D stack --orchestrator swarm deploy -c a.yml app", A),
        ("docker $OPTIONS stack deploy -c a.yml app", A),
        ("sudo docker stack deploy -c a.yml app", A),
        ("sudo -E /usr/bin/docker stack deploy -c a.yml app", A),
        ("docker.exe stack deploy -c a.yml app", A),
        ("TAG=1 DOCKER_HOST='ssh://swarm' docker stack deploy -c a.yml app", A),
        ("env $(grep -v '^#' .env | xargs) docker stack deploy -c a.yml app", A),
        ('"$DOCKER" stack deploy -c a.yml app', A),
        ("(. prod.env && docker stack deploy -c a.yml app)", A),
        ("if ! docker stack deploy -c a.yml app; then exit 1; fi", A),
        ("docker stack deploy -c a.yml app || exit 1", A),
        ("docker stack deploy -c a.yml app>/dev/null 2>&1 -c b.yml", AB),
        ('docker stack deploy -c a.yml app &> "$LOG" &', A),
        ("docker stack deploy -c a.yml app | tee log", A),
        ("docker stack deploy -c a.yml $STACK", A),
        ('docker stack deploy -c a.yml "${STACK:-app}"', A),
        ("docker stack deploy -c a.yml <stack name>", A),
        ("docker stack deploy -c a.yml $(basename $PWD) -c b.yml", AB),
        ("docker stack deploy -c a.yml `basename $PWD` -c b.yml", AB),
        ("docker stack deploy -c a.yml app # -c b.yml, don't", A),
        ("docker stack deploy -c a.yml app#1", A),
        ("out=$(docker stack deploy -c a.yml app)", A),
        ("out=`docker stack deploy -c a.yml app`", A),
        ('CMD="docker stack deploy -c a.yml app"', A),
        ("ssh host docker stack deploy -c a.yml app", A),
        ("ssh host 'docker stack deploy app -c a.yml'", A),
        ('ssh host "docker stack deploy app -c a.yml" && echo "done"', A),
        ("bash -c \"docker stack deploy -c 'a.yml' app\"", A),
        ('ssh host "bash -c \\"docker stack deploy -c a.yml app\\""', A),
        ("echo 'it''s ready' && docker stack deploy -c a.yml app", A),
    ],
)  # fmt: skip
def test_command_names_its_files(command: str, files: tuple[str, ...]) -> None:
    assert find(command) == [(1, None, files)]


@pytest.mark.parametrize(
    "command",
    [
        "docker stack deploy app",
        "docker stack deploy -c - app < a.yml",
        "docker-compose config | docker stack deploy -c- app",
        "docker stack deploy -c a.yml -c - app",
        "docker stack deploy -c <(docker-compose config) app",
        "docker stack deploy -c https://example.com/a.yml app",
        "docker stack deploy -c a.yml -c $OVERLAY app",
        "docker stack deploy -c ${FILE:-a.yml} app",
        'docker stack deploy -c "$DIR/a.yml" app',
        "docker stack deploy -c $(pwd)/a.yml app",
        "docker stack deploy -c `pwd`/a.yml app",
        "docker stack deploy -c {{ file }} app",
        "docker stack deploy -c a.{{.ENV}}.yml app",
        "docker stack deploy -c a.${{ inputs.env }}.yml app",
        "docker stack deploy -c %FILE% app",
        "docker stack deploy -c *.yml app",
        "docker stack deploy -c a?.yml app",
        "docker stack deploy -c {a,b}.yml app",
        "docker stack deploy -c ~/a.yml app",
        "docker stack deploy -c <file> app",
        "docker stack deploy -c <compose file> -c b.yml app",
        "docker stack deploy -c [file] app",
        "docker stack deploy app -c",
        "docker stack deploy -c '' app",
        "docker stack deploy -c a.yml, app",
        "docker stack deploy -c a.yml $OPTIONS app",
        'docker stack deploy -c a.yml app "$@"',
        "docker stack deploy -c a.yml $(overlays $(list $(pwd))) -c b.yml app",
        "docker stack rm -c a.yml app",
        "docker stack config -c a.yml",
        "docker stacks deploy -c a.yml app",
        "docker service stack deploy -c a.yml app",
        "docker compose stack deploy -c a.yml app",
        "mydocker stack deploy -c a.yml app",
        "stack deploy -c a.yml app",
        "docker; stack deploy -c a.yml app",
        "docker stack; deploy -c a.yml app",
        "docker 'stack deploy' -c a.yml app",
        "# docker stack deploy -c a.yml app",
        "    # docker stack deploy -c a.yml app",
        "true # docker stack deploy -c a.yml app",
        "# docker stack deploy \\\n#  -c a.yml \\\n#  app",
        "ssh host 'docker stack deploy -c a.yml -c '$OVERLAY' app'",
    ],
)  # fmt: skip
def test_command_without_literal_files_is_ignored(command: str) -> None:
    assert find(command) == []


def test_each_command_has_its_own_line() -> None:
    text = """\
#!/bin/sh
docker stack deploy -c a.yml one

docker network create web && \\
  docker stack deploy \\
    -c b.yml two; docker stack deploy -c c.yml three
ssh host "
  docker stack deploy -c a.yml -c b.yml four"
ssh host 'set -e
  docker stack deploy -c d.yml five
'
"""
    assert find(text) == [
        (2, None, ("a.yml",)),
        (5, None, ("b.yml",)),
        (6, None, ("c.yml",)),
        (8, None, ("a.yml", "b.yml")),
        (10, None, ("d.yml",)),
    ]


@pytest.mark.parametrize(
    ("before", "folder"),
    [
        ("cd deploy && ", "deploy"),
        ("cd deploy || exit 1; ", "deploy"),
        ("cd 'my deploy'; ", "my deploy"),
        ("cd deploy/\n", "deploy"),
        ("cd -- deploy\n", "deploy"),
        ("cd a && cd b\n", "a/b"),
        ("cd a\ncd ..\n", "."),
        ("cd ..\n", ".."),
        ("cd /srv/app\n", "/srv/app"),
        ("cd $HOME\ncd /srv/app\n", "/srv/app"),
        ("set -e\nexport TAG=1 && cd deploy\n\n", "deploy"),
        ("if cd deploy; then\n  ", "deploy"),
        ('cd "$(dirname "$0")"\n', "."),
        ("cd $(dirname $0)\n", "."),
        ('cd "${0%/*}"\n', "."),
        ('cd "$(dirname -- "${BASH_SOURCE[0]}")/../stacks"\n', "../stacks"),
        ('cd "$(dirname "$(readlink -f "$0")")" || exit\n', "."),
        ('cd "$(dirname "$0")" && cd ../deploy\n', "../deploy"),
        ("(cd deploy && make)\n", None),
        ("build() {\n  cd src\n}\n", None),
        ("(cd a; (cd b; make); ", "a"),
        ("deploy() {\n  cd deploy\n  case $1 in\n  (a) true ;;\n  b) ", "deploy"),
        ("(cd a; pushd b); popd; ", None),
        ("cd a; pushd b; (popd; cd c); ", "a/b"),
        ("pushd deploy\n", "deploy"),
        ("pushd deploy\npopd\n", None),
        ("popd\n", None),
        ("ssh host 'cd deploy && make stack'\n", None),
        ("echo cd deploy\n", None),
        ("# cd deploy\n", None),
        ("git clone https://example.com/me/app.git\ncd app\n", None),
        ("git clone --depth 1 git@example.com:me/app\ncd app/deploy\n", "deploy"),
        ("git clone https://example.com/me/app here\ncd here\n", None),
    ],
)  # fmt: skip
def test_cd_before_the_command_sets_the_folder(before: str, folder: str | None) -> None:
    [command] = find(f"{before}docker stack deploy -c a.yml app")
    assert command[1:] == (folder, A)


@pytest.mark.parametrize(
    "before",
    ["cd $DIR && ", 'cd "${DIR}"\n', "cd `pwd`\n", "cd ~/app\n", "cd\n", "cd -\n", "cd $DIR\ncd deploy\n", "cd a*\n"],
)
def test_cd_to_an_unknown_folder_ends_the_evidence(before: str) -> None:
    assert find(f"{before}docker stack deploy -c a.yml app") == []
    assert find(f"({before}docker stack deploy -c a.yml app)\ndocker stack deploy -c b.yml app")[-1][2] == ("b.yml",)


def test_cd_within_quotes_sets_the_folder_of_these_commands() -> None:
    text = "ssh host 'cd /srv && docker stack deploy -c a.yml app'\ndocker stack deploy -c b.yml app"
    assert find(text) == [(1, "/srv", A), (2, None, ("b.yml",))]
    assert find("ssh host \"cd '$DIR' && docker stack deploy -c a.yml app\"") == []
    assert find('ssh host "cd "$DIR" && docker stack deploy -c a.yml app"') == []


def test_each_line_of_a_makefile_has_a_shell_of_its_own() -> None:
    text = """\
deploy: build
\tcd deploy
\t@docker stack deploy -c a.yml app
\t-@cd deploy && docker stack deploy -c b.yml app
\t$(DOCKER) stack deploy -c c.yml $(STACK)
\t$(Q)docker stack deploy --prune \\
\t\t-c d.yml \\
\t\tapp
\t@# docker stack deploy -c old.yml app
up: ; docker stack deploy -c e.yml app
\tdocker stack deploy -c $(FILE) app
\tdocker stack deploy -c $< app
"""
    assert find(text, "Makefile") == [
        (3, None, ("a.yml",)),
        (4, "deploy", ("b.yml",)),
        (5, None, ("c.yml",)),
        (6, None, ("d.yml",)),
        (10, None, ("e.yml",)),
    ]


def test_lines_share_a_shell_if_the_makefile_says_so() -> None:
    text = ".ONESHELL:\na:\n\tcd deploy\n\tdocker stack deploy -c a.yml app\nb:\n\tdocker stack deploy -c b.yml app\n"
    assert find(text, "Makefile") == [(4, "deploy", ("a.yml",)), (6, None, ("b.yml",))]


def test_lines_share_a_shell_in_a_justfile_recipe_with_shebang() -> None:
    text = """\
a:
    cd deploy
    @docker stack deploy -c a.yml {{stack}}
b:
    #!/bin/sh
    cd deploy

    docker stack deploy -c b.yml app
c:
    {{docker}} stack deploy -c c.yml app
    docker stack deploy -c {{file}} app
"""
    assert find(text, "justfile") == [(3, None, A), (8, "deploy", ("b.yml",)), (10, None, ("c.yml",))]


def test_taskfile_commands_have_a_shell_of_their_own() -> None:
    text = """\
version: '3'
tasks:
  deploy:
    cmds:
      - cd deploy
      - docker stack deploy -c a.yml app
      - cmd: "docker stack deploy -c b.yml app"
      - |
        cd deploy
        docker stack deploy -c c.yml {{.STACK}}
      - docker stack deploy -c {{.FILE}} app
      # - docker stack deploy -c old.yml app
"""
    assert find(text, "Taskfile.yml") == [(6, None, A), (7, None, ("b.yml",)), (10, "deploy", ("c.yml",))]


def test_gitlab_job_runs_its_script_in_one_shell() -> None:
    text = """\
deploy:
  before_script:
    - 'apk add docker-cli'
  script:
    - cd deploy
    - docker stack deploy -c a.yml -c b.yml "$CI_PROJECT_NAME"
    - "docker stack deploy -c c.yml app"
    # - docker stack deploy -c old.yml app
review:
  script: docker stack deploy -c d.yml app
"""
    assert find(text, ".gitlab-ci.yml") == [
        (6, "deploy", AB),
        (7, "deploy", ("c.yml",)),
        (10, None, ("d.yml",)),
    ]


def test_workflow_step_has_a_shell_of_its_own() -> None:
    text = """\
jobs:
  deploy:
    steps:
      - run: cd deploy && docker stack deploy -c a.yml app
      - run: docker stack deploy -c b.yml ${{ vars.STACK }}
      - name: deploy
        run: |
          cd deploy
          docker stack deploy \\
            -c c.yml app
      - run: >-
          docker stack deploy
          --with-registry-auth
          -c d.yml
          --compose-file=e.yml
          app
      - run: docker stack deploy -c stack.${{ inputs.env }}.yml app
"""
    assert find(text, ".github/workflows/deploy.yml") == [
        (4, "deploy", A),
        (5, None, ("b.yml",)),
        (9, "deploy", ("c.yml",)),
        (12, None, ("d.yml", "e.yml")),
    ]


def test_working_directory_of_a_step_is_its_folder() -> None:
    text = """\
jobs:
  deploy:
    steps:
      - run: docker stack deploy -c a.yml app
      - name: deploy
        working-directory: deploy/prod  # not the root

        run: |
          docker stack deploy -c b.yml app
          cd ..
          docker stack deploy -c c.yml app
      - working-directory: "my deploy"
        run: docker stack deploy -c d.yml app
      - run: cd x && docker stack deploy -c e.yml app
        working-directory: y
      - run: docker stack deploy -c f.yml app
        working-directory: ${{ env.DIR }}
      - run: docker stack deploy -c g.yml app
  review:
    steps:
      - run: docker stack deploy -c h.yml app
"""
    found = [
        (4, None, ("a.yml",)),
        (9, "deploy/prod", ("b.yml",)),
        (11, "deploy", ("c.yml",)),
        (13, "my deploy", ("d.yml",)),
        (14, "y/x", ("e.yml",)),
        (18, None, ("g.yml",)),
        (21, None, ("h.yml",)),
    ]
    assert find(text, ".github/workflows/deploy.yml") == found
    default = "defaults:\n  run:\n    working-directory: app\n"
    assert find(text + default, ".github/workflows/deploy.yml") == [each for each in found if each[1] is not None]


def test_dir_of_a_task_is_its_folder() -> None:
    text = """\
tasks:
  deploy:
    dir: deploy
    cmds:
    - docker stack deploy -c a.yml app
    - cmd: docker stack deploy -c b.yml app
      dir: other
  last:
    cmds:
      - {task: up}
      - cmd: docker stack deploy -c e.yml app
        dir: other
    dir: deploy
  up:
    cmds:
      - docker stack deploy -c c.yml app
  down:
    dir: '{{.DIR}}'
    cmds:
      - docker stack deploy -c d.yml app
"""
    assert find(text, "Taskfile.yml") == [
        (5, "deploy", ("a.yml",)),
        (6, "other", ("b.yml",)),
        (11, "other", ("e.yml",)),
        (16, None, ("c.yml",)),
    ]


def test_jenkinsfile_has_commands_in_quotes() -> None:
    text = """\
pipeline {
  stages { stage('deploy') { steps {
    sh 'docker stack deploy -c a.yml app'
    // sh 'docker stack deploy -c old.yml app'
    sh "docker stack deploy -c b.yml ${env.STACK}"
    sh '''
      cd deploy
      docker stack deploy -c c.yml app
    '''
    sh \"\"\"
      docker stack deploy -c d.yml \\\\
        -c e.yml \\\\
        \\${STACK}
    \"\"\"
  } } }
}
"""
    assert find(text, "Jenkinsfile") == [
        (3, None, A),
        (5, None, ("b.yml",)),
        (8, "deploy", ("c.yml",)),
        (11, "deploy", ("d.yml", "e.yml")),
    ]


def test_dockerfile_has_commands_in_arrays() -> None:
    text = """\
FROM docker:cli
RUN cd deploy
RUN docker stack deploy -c a.yml app
CMD ["docker","stack","deploy","-c","b.yml","app"]
CMD [ "docker", "stack", "up", "--compose-file=c.yml", "app" ]
ENTRYPOINT ["sh", "-c", "docker stack deploy app -c d.yml"]
CMD ["docker", "stack", "deploy", "-c", "$FILE", "app"]
# CMD ["docker", "stack", "deploy", "-c", "old.yml", "app"]
"""
    assert find(text, "Dockerfile") == [
        (3, None, A),
        (4, None, ("b.yml",)),
        (5, None, ("c.yml",)),
        (6, None, ("d.yml",)),
    ]


def test_package_json_has_commands_in_strings() -> None:
    scripts = {
        "deploy": "docker stack deploy -c a.yml app",
        "prod": "cd infra && docker stack deploy -c \"b.yml\" -c 'c.yml' app",
        "any": "docker stack deploy -c $npm_config_file app",
    }
    text = json.dumps({"name": "docker stack deploy", "scripts": scripts}, indent=2)
    assert find(text, "package.json") == [(4, None, A), (5, "infra", ("b.yml", "c.yml"))]


def test_markdown_has_commands_in_code() -> None:
    text = """\
# docker stack deploy -c heading.yml app
## Run `docker stack deploy -c a.yml app`

Don't say docker stack deploy -c prose.yml app in your team's text.

```sh
# docker stack deploy -c comment.yml app
cd deploy
docker stack deploy -c b.yml app  # don't wait
```
~~~
$ docker stack deploy -c c.yml \\
    -c d.yml <stack>
```
docker stack deploy -c e.yml app
~~~
Then docker stack deploy -c prose.yml app

    cd deploy
    sudo docker stack deploy -c f.yml app

Or it's this:
$ docker stack deploy -c g.yml app

| `docker stack deploy -c h.yml app` | and ``docker stack deploy -c i.yml app`` |

1. Then `docker stack deploy -c j.yml
   -c k.yml app`. It's not `docker stack deploy -c $FILE app`.
   An open ` docker stack deploy -c prose.yml app

> ```
> docker stack deploy -c l.yml app
> ```

docker stack deploy -c m.yml app

docker stack deploy -c prose.yml app
deploys the app
"""
    assert find(text, "README.md") == [
        (2, None, ("a.yml",)),
        (9, "deploy", ("b.yml",)),
        (12, None, ("c.yml", "d.yml")),
        (15, None, ("e.yml",)),
        (20, "deploy", ("f.yml",)),
        (23, None, ("g.yml",)),
        (25, None, ("h.yml",)),
        (25, None, ("i.yml",)),
        (27, None, ("j.yml", "k.yml")),
        (32, None, ("l.yml",)),
        (35, None, ("m.yml",)),
    ]


def test_encodings_do_not_move_the_line() -> None:
    assert find(b"\xef\xbb\xbfdocker stack deploy -c a.yml app") == [(1, None, A)]
    assert find(b"# caf\xe9\x0c\xc2\x85\xe2\x80\xa8\rx\r\ndocker stack deploy -c a.yml app\r\n") == [(2, None, A)]


def test_find_returns_named_tuples() -> None:
    [command] = find_deploy_commands(b"cd x; docker stack deploy -c a.yml app", "bin/deploy.sh")
    assert command == DeployCommand(line=1, folder="x", files=A)


SCRIPTS = (
    "deploy.sh", "Makefile", "justfile", "Taskfile.yml", ".gitlab-ci.yml", "Jenkinsfile", "Dockerfile", "README.md",
    "package.json",
)  # fmt: skip

PARTS = (
    "docker", "stack", "deploy", " -c ", "--compose-file=", "a.yml", "cd ", "&&", ";", "|", "(", ")", "{", "}", "{{",
    "}}", "${", "$(", "$", "'", '"', "`", "```", "\\", "\n", "\r\n", "\t", "    ", "#", "<", ">", ">&1", "-", ": ", ",",
    "[", "]", "git clone ", "\0", "é",
)  # fmt: skip


@example_count(400)
@given(data=st.binary(max_size=200), path=st.sampled_from(SCRIPTS))
def test_any_bytes_are_read_without_an_error(data: bytes, path: str) -> None:
    find(b"docker stack deploy -c " + data + b"\ndocker stack deploy" + data, path)


@example_count(1000)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=40), path=st.sampled_from(SCRIPTS))
def test_any_text_gives_literal_files_of_existing_lines(parts: list[str], path: str) -> None:
    text = "docker stack deploy -c a.yml" + "".join(parts)
    for line, folder, files in find(text, path):
        assert 1 <= line <= text.count("\n") + 1
        assert files
        for name in (*files, folder or "."):
            assert name
            assert not set("$`*?<>{}'\"") & set(name)


LINES = {
    "deploy.sh": ("#!/bin/sh\nset -e\n", "", "\necho done\n"),
    "Makefile": ("deploy: build\n\techo go\n", "\t@", "\n\techo done\n"),
    "justfile": ("deploy:\n    echo go\n", "    @", "\n    echo done\n"),
    "Taskfile.yml": ("tasks:\n  deploy:\n    cmds:\n", "      - ", "\n      - echo done\n"),
    ".gitlab-ci.yml": ("deploy:\n  script:\n    - echo go\n", "    - ", "\n    - echo done\n"),
    ".github/workflows/a.yml": ("on: push\njobs:\n  a:\n    steps:\n", "      - run: ", "\n      - run: echo done\n"),
    "Jenkinsfile": ("node {\n", "  sh '''", "'''\n}\n"),
    "Dockerfile": ("FROM docker:cli\n", "RUN ", '\nCMD ["sh"]\n'),
    "README.md": ("# App\n\nIt's an app:\n\n```sh\n", "$ ", "\n```\n\nThat's it.\n"),
    "docs/app.md": ("# App\n\nIt's an app:\n\n", "Run `", "` on a manager.\n"),
}
"""Text before, at the start of the line, and after a command, by path."""

NAMES = st.from_regex(r"[a-z0-9_.]{1,3}(?:[-/][a-z0-9_.]{1,5}){0,2}\.ya?ml", fullmatch=True)
FORMS = st.sampled_from(("-c {}", "-c={}", "-c{}", "--compose-file {}", "--compose-file={}", '-c "{}"', "-dc {}"))
FLAGS = st.sampled_from(("--prune", "--with-registry-auth", "-d", "--detach=false", "--resolve-image never"))
PREFIXES = st.sampled_from(("", "sudo ", "TAG=1 ", "true && ", "docker info; "))


@st.composite
def commands(draw: st.DrawFn) -> tuple[str, tuple[str, ...], bool]:
    """Draw a command, its files, and True if it is continued on other lines."""
    files = draw(st.lists(NAMES, min_size=1, max_size=3))
    arguments = [draw(FORMS).format(file) for file in files]
    for flag in draw(st.lists(FLAGS, max_size=2)):
        arguments.insert(draw(st.integers(0, len(arguments))), flag)
    arguments.insert(draw(st.integers(0, len(arguments))), draw(st.sampled_from(("app", "$STACK", "${STACK}"))))
    docker = draw(st.sampled_from(("docker stack deploy", "docker stack up", "docker --context x stack deploy")))
    is_continued = draw(st.booleans())
    separator = " \\\n      " if is_continued else " "
    return draw(PREFIXES) + separator.join((docker, *arguments)), tuple(files), is_continued


@example_count(500)
@given(drawn=commands(), path=st.sampled_from(tuple(LINES)), newline=st.sampled_from(("\n", "\r\n")))
def test_generated_command_is_found_with_its_line(
    drawn: tuple[str, tuple[str, ...], bool], path: str, newline: str
) -> None:
    command, files, is_continued = drawn
    before, start, after = LINES[path]
    if is_continued and path == "docs/app.md":
        command = command.replace(" \\\n", "\n")
    text = f"{before}{start}{command}{after}".replace("\n", newline)
    assert find(text, path) == [(before.count("\n") + 1, None, files)]


HOSTILE = {
    "open-quotes": "\"'" * 10_000,
    "escaped-quotes": '\\"' * 10_000,
    "open-substitutions": "$(" * 10_000,
    "open-groups": "(" * 20_000,
    "nested-quotes": '("stack \'" ' * 2_000,
    "variables": "$docker " * 3_000,
    "options": "docker " + "-c " * 8_000,
    "long-word": "$" + "docker" * 4_000 + "!",
    "placeholders": "<a" * 10_000,
    "redirections": "<(" * 10_000,
    "braces": "${{" * 8_000,
    "continued-lines": "\\\n" * 10_000,
    "stacks": "stack " * 4_000,
    "backquotes": "`stack ``" * 3_000,
    "fences": "```\n`stack\n" * 2_000,
    "keys": "- " * 10_000,
    "yaml-folders": "dir: x\n- dir: y\n" * 1_000,
    "nested-yaml-folders": "".join(f"{' ' * depth}dir: x\n" for depth in range(100)),
    "entered-folders": "cd a\n" * 5_000,
    "pushed-folders": "pushd a; (pushd b; popd\n" * 1_000,
    "array": '["stack" , "deploy"' + " " * 20_000,
}
"""Texts that a careless pattern would read in quadratic or exponential time."""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_command_before_hostile_text_is_found(text: str) -> None:
    for path in ("deploy.sh", ".gitlab-ci.yml", "README.md"):
        code = f"    docker stack deploy -c a.yml app\n{text}\ndocker stack deploy {text}"
        assert find(code, path)[0] == (1, None, A)
