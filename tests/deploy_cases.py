"""Stacks that `docker stack config` accepts, and `docker stack deploy` rejects or accepts. tests/swarm runs them."""

_ID = "ab" * 32

REJECTED = {
    "no image": ("services: {a: {build: .}}", "no image specified"),
    "an empty image": ("services: {a: {image: ''}}", "no image specified"),
    "an image in capitals": ("services: {a: {image: 'Foo:1'}}", "invalid reference format"),
    "an image with a blank": ("services: {a: {image: 'foo bar'}}", "invalid reference format"),
    "an image without its tag": ("services: {a: {image: 'foo:'}}", "invalid reference format"),
    "an image with half a digest": ("services: {a: {image: 'foo@sha256:00'}}", "invalid reference format"),
    "an image of a registry with a blank": (
        "services: {a: {image: 'example.com/foo bar'}}",
        "invalid reference format",
    ),
    "an image of no registry": ("services: {a: {image: '-x.example.com/foo'}}", "invalid reference format"),
    "replicas of a global service": (
        "services: {a: {image: b, deploy: {mode: global, replicas: 2}}}",
        "replicas can only be used with replicated or replicated-job mode",
    ),
    "no replicas of a global job": (
        "services: {a: {image: b, deploy: {mode: global-job, replicas: 0}}}",
        "replicas can only be used with replicated or replicated-job mode",
    ),
    "an unknown mode": ("services: {a: {image: b, deploy: {mode: everywhere}}}", "unknown mode: everywhere"),
    "a disabled test": (
        "services: {a: {image: b, healthcheck: {test: x, disable: true}}}",
        "test and disable can't be set at the same time",
    ),
    "a disabled NONE test": (
        "services: {a: {image: b, healthcheck: {test: NONE, disable: true}}}",
        "test and disable can't be set at the same time",
    ),
    "an unknown restart": ("services: {a: {image: b, restart: sometimes}}", "unknown restart policy: sometimes"),
    "a restart count that is not a number": (
        "services: {a: {image: b, restart: 'on-failure:often'}}",
        "maximum retry count must be an integer",
    ),
    "an undefined network": ("services: {a: {image: b, networks: [n]}}", 'undefined network "n"'),
    "an undefined volume": ("services: {a: {image: b, volumes: ['data:/a']}}", 'undefined volume "data"'),
    "an undefined volume in the long form": (
        "services: {a: {image: b, volumes: [{type: volume, source: v, target: /a}]}}",
        'undefined volume "v"',
    ),
    "an undefined secret": ("services: {a: {image: b, secrets: [s]}}", 'undefined secret "s"'),
    "an undefined config": ("services: {a: {image: b, configs: [{source: s}]}}", 'undefined config "s"'),
    "cpus that are not a number": (
        "services: {a: {image: b, deploy: {resources: {limits: {cpus: many}}}}}",
        "failed to parse many as a rational number",
    ),
    "cpus divided by zero": (
        "services: {a: {image: b, deploy: {resources: {limits: {cpus: 1/0}}}}}",
        "failed to parse 1/0 as a rational number",
    ),
    "cpus with a blank": (
        "services: {a: {image: b, deploy: {resources: {limits: {cpus: '1 '}}}}}",
        "failed to parse 1  as a rational number",
    ),
    "cpus with too many digits": (
        "services: {a: {image: b, deploy: {resources: {limits: {cpus: '0.0010000001'}}}}}",
        "value is too precise",
    ),
    "a volume with bind options": (
        "services: {a: {image: b, volumes: [{type: volume, target: /a, bind: {propagation: rslave}}]}}",
        "bind options are incompatible with type volume",
    ),
    "a bind with volume options": (
        "services: {a: {image: b, volumes: [{type: bind, source: /x, target: /a, volume: {nocopy: true}}]}}",
        "volume options are incompatible with type bind",
    ),
    "a tmpfs with a source": (
        "services: {a: {image: b, volumes: [{type: tmpfs, source: v, target: /a}]}}\nvolumes: {v: }",
        "invalid tmpfs source, source must be empty",
    ),
    "an unknown kind of mount": (
        "services: {a: {image: b, volumes: [{type: disk, source: v, target: /a}]}}\nvolumes: {v: }",
        "volume type must be volume, bind, tmpfs, npipe, or cluster",
    ),
    "an ingress port with dnsrr": (
        "services: {a: {image: b, ports: ['7410:80'], deploy: {endpoint_mode: dnsrr}}}",
        "port published with ingress mode can't be used with dnsrr mode",
    ),
    "an unknown endpoint mode": (
        "services: {a: {image: b, deploy: {endpoint_mode: direct}}}",
        'invalid resolution mode: "direct"',
    ),
    "a port twice": ("services: {a: {image: b, ports: ['7411:80', '7411:81']}}", "duplicate published ports provided"),
    "a port on the node and on the ingress network": (
        "services: {a: {image: b, ports: [{target: 80, published: 7412, mode: host}, '7412:81']}}",
        "duplicate published ports provided",
    ),
    "two mounts at one target": (
        "services: {a: {image: b, volumes: ['/a', '/tmp:/a']}}",
        "duplicate mount point: /a",
    ),
    "little memory": (
        "services: {a: {image: b, deploy: {resources: {limits: {memory: 1M}}}}}",
        "invalid memory value 1048576: Must be at least 4MiB",
    ),
    "little memory to reserve": (
        "services: {a: {image: b, deploy: {resources: {reservations: {memory: 3M}}}}}",
        "invalid memory value 3145728: Must be at least 4MiB",
    ),
    "few cpus": (
        "services: {a: {image: b, deploy: {resources: {limits: {cpus: '0.0001'}}}}}",
        "invalid cpu value 0.0001: Must be at least 0.001",
    ),
    "negative cpus": (
        "services: {a: {image: b, deploy: {resources: {reservations: {cpus: '-1'}}}}}",
        "invalid cpu value -1: Must be at least 0.001",
    ),
    "a short interval": (
        "services: {a: {image: b, healthcheck: {test: x, interval: 10us}}}",
        "Interval in HealthConfig cannot be less than 1ms",
    ),
    "a negative start_period": (
        "services: {a: {image: b, healthcheck: {test: x, start_period: -10s}}}",
        "StartPeriod in HealthConfig cannot be less than 1ms",
    ),
    "a negative delay of restarts": (
        "services: {a: {image: b, deploy: {restart_policy: {delay: -5s}}}}",
        "TaskSpec: restart-delay cannot be negative",
    ),
    "a negative window of restarts": (
        "services: {a: {image: b, deploy: {restart_policy: {window: -5s}}}}",
        "TaskSpec: restart-window cannot be negative",
    ),
    "an unknown condition": (
        "services: {a: {image: b, deploy: {restart_policy: {condition: Any}}}}",
        'invalid RestartCondition: "Any"',
    ),
    "a constraint with one equals sign": (
        "services: {a: {image: b, deploy: {placement: {constraints: [node.role = manager]}}}}",
        "constraint expected one operator from ==, !=",
    ),
    "a constraint without an operator": (
        "services: {a: {image: b, deploy: {placement: {constraints: [node.role]}}}}",
        "constraint expected one operator from ==, !=",
    ),
    "a constraint without a value": (
        "services: {a: {image: b, deploy: {placement: {constraints: ['node.role == ']}}}}",
        "value '' is invalid",
    ),
    "a constraint with two values": (
        "services: {a: {image: b, deploy: {placement: {constraints: [node.labels.a == b == c]}}}}",
        "value 'b == c' is invalid",
    ),
    "a constraint without a key": (
        "services: {a: {image: b, deploy: {placement: {constraints: ['!= c']}}}}",
        "key '' is invalid",
    ),
    "an id of an image": (
        f"services: {{a: {{image: {_ID}}}}}",
        f'"{_ID}" is not a valid repository/tag',
    ),
    "a name with a dot": ("services: {a.b: {image: b}}", "name must be valid as a DNS name component"),
    "a name that ends with a dash": ("services: {a-: {image: b}}", "name must be valid as a DNS name component"),
}
"""Error cases: a stack of one service, and a part of Docker's message."""

ACCEPTED = {
    "a registry with a port": "services: {a: {image: 'localhost:5000/x/y_z--w:1.0-rc_1'}}",
    "a digest": f"services: {{a: {{image: 'example.com/foo@sha256:{'0' * 64}'}}}}",
    "a digest behind a tag": f"services: {{a: {{image: 'foo:1@sha256:{'0' * 64}'}}}}",
    "an unknown restart beside a policy": (
        "services: {a: {image: b, restart: sometimes, deploy: {restart_policy: {}}}}"
    ),
    "how often to restart": "services: {a: {image: b, restart: 'on-failure:3'}}",
    "how often always": "services: {a: {image: b, restart: 'always:3'}}",
    "the default network": "services: {a: {image: b, networks: [default]}}",
    "a Windows drive": "services: {a: {image: b, volumes: ['d:/data']}}",
    "a bind": "services: {a: {image: b, volumes: ['/tmp:/a', {type: bind, source: /tmp, target: /b, bind: {}}]}}",
    "half a processor": "services: {a: {image: b, deploy: {resources: {limits: {cpus: '0.50'}}}}}",
    "the least of a processor": "services: {a: {image: b, deploy: {resources: {limits: {cpus: '0.001', memory: 4M}}}}}",
    "a tenth of a processor": "services: {a: {image: b, deploy: {resources: {limits: {cpus: '1.e-1'}}}}}",
    "processors as a fraction": "services: {a: {image: b, deploy: {resources: {limits: {cpus: '1/2'}}}}}",
    "more reserved than allowed": (
        "services: {a: {image: b, deploy: {resources: {limits: {memory: 10M}, reservations: {memory: 20M}}}}}"
    ),
    "a host port without a virtual address": (
        "services: {a: {image: b, ports: [{target: 80, published: 7420, mode: host}], deploy: {endpoint_mode: DNSRR}}}"
    ),
    "one number on two protocols": "services: {a: {image: b, ports: ['7421:80/tcp', '7421:80/udp']}}",
    "ports that Docker chooses": "services: {a: {image: b, ports: [80, 81]}}",
    "two mounts that differ by a slash": "services: {a: {image: b, volumes: ['/tmp:/a', '/tmp:/a/']}}",
    "a time that is zero": "services: {a: {image: b, healthcheck: {test: x, interval: 0s, start_period: 1ms}}}",
    "a short interval of a check that is off": (
        "services: {a: {image: b, healthcheck: {disable: true, interval: 10us}}}"
    ),
    "constraints": (
        "services: {a: {image: b, deploy: {placement: {constraints: [node.role==manager, 'node.labels.zone != a b', "
        "foo == bar]}}}}"
    ),
    "a name that begins with an underscore": "services: {_a--b_c: {image: b}}",
    "an unknown mode of a port": "services: {a: {image: b, ports: [{target: 80, published: 7422, mode: bridge}]}}",
    "a job that is restarted": (
        "services: {a: {image: b, deploy: {mode: replicated-job, replicas: 2, restart_policy: {condition: none}}}}"
    ),
}
"""By what is right with it after all: a stack of one service."""
