"""Walks through docker-py (python3-docker) against the engine of DOCKER_HOST; argument: an archive of the image bb."""

import sys

import docker
from docker.errors import APIError, ImageNotFound, NotFound
from docker.types import Mount, Ulimit

client = docker.from_env()
none = {"network_mode": "none"}


def refused(error, action):
    try:
        action()
    except error as seen:
        return seen
    raise AssertionError(f"{error.__name__} was not raised")


def executed(wanted, container, command, **options):
    """Executes until the output is whole: docker-py loses what arrives in one piece with the head of the answer."""
    for _ in range(100):
        code, output = container.exec_run(command, **options)
        text = b"".join(output) if options.get("stream") else output
        if (code, text) == wanted:
            return
    raise AssertionError(f"{(code, text)}, wanted {wanted}")


def the_engine():
    assert client.ping()
    assert client.version()["Os"] == "linux"
    assert client.info()["OSType"] == "linux"
    with open(sys.argv[1], "rb") as archive:
        (image,) = client.images.load(archive)
    assert image.tags == ["bb:latest"], image.tags
    assert any(each["RepoTags"] == ["bb:latest"] for each in client.df()["Images"])


def runs():
    assert client.containers.run("bb", ["echo", "hello"], remove=True, **none) == b"hello\n"
    failed = refused(
        docker.errors.ContainerError,
        lambda: client.containers.run("bb", ["sh", "-c", "echo bad >&2; exit 3"], remove=True, **none),
    )
    assert (failed.exit_status, failed.stderr) == (3, b"bad\n"), failed
    refused(ImageNotFound, lambda: client.containers.create("nosuch/image"))
    seen = client.containers.run(
        "bb",
        ["sh", "-c", "id -u; hostname; pwd; ulimit -n; echo $A; cat /tmp/x/y 2>/dev/null; touch /x"],
        **none,
        user="app",
        hostname="named",
        working_dir="/etc",
        environment={"A": "b c"},
        ulimits=[Ulimit(name="nofile", soft=77, hard=77)],
        tmpfs={"/tmp/x": "size=64k"},
        mem_limit="64m",
        read_only=True,
        detach=True,
    )
    assert seen.wait()["StatusCode"] == 1
    assert seen.logs(stderr=False) == b"1000\nnamed\n/etc\n77\nb c\n", seen.logs()
    seen.remove()


def a_life():
    container = client.containers.create(
        "bb",
        ["sh", "-c", "trap 'exit 7' TERM; echo up; touch /made; while true; do sleep 0.05; done"],
        name="py",
        labels={"part": "py"},
        stop_signal="TERM",
        **none,
    )
    assert container.status == "created"
    output = container.attach(stream=True, logs=True)
    container.start()
    assert next(output) == b"up\n"
    assert [each.name for each in client.containers.list(filters={"label": "part=py"})] == ["py"]
    assert container.top()["Titles"][-1] == "CMD"
    sample = container.stats(stream=False)
    assert sample["pids_stats"]["current"] > 0, sample
    assert next(container.stats(decode=True))["name"] == "/py"
    executed((4, b"y\n"), container, ["sh", "-c", "echo $X; exit 4"], environment={"X": "y"})
    executed((0, (b"o\n", b"e\n")), container, ["sh", "-c", "echo o; echo e >&2"], demux=True)
    executed((None, b"streamed\n"), container, "echo streamed", stream=True)
    container.pause()
    container.reload()
    assert container.status == "paused"
    container.unpause()
    container.update(mem_limit="32m", memswap_limit="32m")
    container.rename("py2")
    container.stop(timeout=20)
    assert container.wait()["StatusCode"] == 7
    container.restart(timeout=0)
    container.kill()
    assert container.wait(condition="not-running")["StatusCode"] == 137
    assert refused(APIError, container.kill).status_code == 409
    assert {"Path": "/made", "Kind": 1} in container.diff()
    assert b"".join(container.export())[257:262] == b"ustar"
    image = container.commit(repository="py-made", tag="1", changes='CMD ["true"]')
    assert image.attrs["Config"]["Cmd"] == ["true"]
    assert image.history()[0]["Tags"] == ["py-made:1"]
    client.images.remove("py-made:1")
    container.remove()
    refused(NotFound, lambda: client.containers.get("py2"))


def input_and_events():
    events = client.events(decode=True, filters={"container": "in"})
    container = client.containers.create("bb", ["cat"], name="in", stdin_open=True, **none)
    container.start()
    socket = container.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
    socket._sock.send(b"typed\n")
    assert socket._sock.recv(8 + 6).endswith(b"typed\n")
    socket.close()
    exec_id = client.api.exec_create(container.id, ["cat"], stdin=True)["Id"]
    socket = client.api.exec_start(exec_id, socket=True)
    socket._sock.send(b"more\n")
    assert socket._sock.recv(8 + 5).endswith(b"more\n")
    socket.close()
    container.remove(force=True)
    seen = []
    for event in events:
        seen.append(event["Action"])
        if event["Action"] == "destroy":
            break
    events.close()
    assert seen[:3] == ["create", "start", "attach"] and seen[-1] == "destroy", seen


def volumes():
    volume = client.volumes.create("py-volume", labels={"part": "py"})
    client.containers.run(
        "bb",
        ["sh", "-c", "echo kept >/data/file"],
        volumes={"py-volume": {"bind": "/data", "mode": "rw"}},
        remove=True,
        **none,
    )
    mount = Mount("/data", "py-volume", read_only=True)
    read = client.containers.run("bb", ["cat", "/data/file"], mounts=[mount], remove=True, **none)
    assert read == b"kept\n"
    assert [each.name for each in client.volumes.list(filters={"label": "part=py"})] == ["py-volume"]
    volume.remove()
    refused(NotFound, lambda: client.volumes.get("py-volume"))
    client.volumes.prune()
    client.containers.prune()


def images():
    image = client.images.get("bb")
    assert image.tag("py-other", "2")
    assert b"".join(image.save())[257:262] == b"ustar"
    assert client.images.list(name="py-other")[0].id == image.id
    client.images.remove("py-other:2")
    client.images.prune()


for part in (the_engine, runs, a_life, input_and_events, volumes, images):
    part()
    print(part.__name__)
