"""Opening a study of small slices over a line of 40 ms, with HTTP/2 and without, in turn.

A browser holds six connections to a host by HTTP/1.1, and asks for all frames at once by one
connection of HTTP/2. The client is curl; the server is nginx with the configuration of production.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from common.http.api_client import ApiClient, default_base_url
from deploy.native.layout import Layout
from tests.bench.support.gateway_study import BenchStudy, bench_study
from tests.bench.support.link import Line, line_to
from tests.bench.support.second_door import tls_door

ROUNDS = int(os.environ.get("BENCH_RUNS", "5"))
SLICES, SIZE = 300, 64
LINE = Line(megabits_per_s=100, round_trip_s=0.04)
PROTOCOLS = {"http1": ("--http1.1", 6), "http2": ("--http2", 100)}
"""curl's option, and how many requests are under way at once."""
WRITE_OUT = r"%{http_code} %{http_version} %{num_connects}\n"


@dataclass(frozen=True)
class Opening:
    seconds: float
    connections: int


def opened(protocol: str, port: int, study: BenchStudy, token: str) -> Opening:
    """Every frame of the study once. Raises RuntimeError unless all come, by this protocol."""
    option, together = PROTOCOLS[protocol]
    root = f"https://127.0.0.1:{port}/api/ris/dicom-web"
    lines = [f'header = "Authorization: {token}"']
    lines += [f'url = "{root}{frame}"\noutput = /dev/null' for frame in study.frames]
    with tempfile.NamedTemporaryFile("w", suffix=".curl") as file:  # a token is no argument
        file.write("\n".join(lines))
        file.flush()
        command = ["curl", "--silent", "--insecure", option, "--parallel"]
        command += ["--parallel-max", str(together), "--write-out", WRITE_OUT, "-K", file.name]
        begun = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - begun
    answers = [line.split() for line in done.stdout.splitlines()]
    version = "2" if protocol == "http2" else "1.1"
    if len(answers) != len(study.frames) or {(a[0], a[1]) for a in answers} != {("200", version)}:
        raise RuntimeError(f"{protocol}: {len(answers)} answers, {sorted({a[0] for a in answers})}")
    return Opening(seconds, sum(int(answer[2]) for answer in answers))


def main() -> None:
    base_url = default_base_url()
    layout = Layout(Path(os.environ["CDSS_STATE_DIR"]).name)
    rounds: dict[str, list[Opening]] = {protocol: [] for protocol in PROTOCOLS}
    with (
        bench_study(base_url, name="bench-http2", slices=SLICES, size=SIZE) as study,
        tls_door(layout) as port,
        line_to(port, LINE) as far,
    ):
        doctor = ApiClient.logged_in(base_url, "doctor", "doctor123")
        token = str(doctor.session.headers["Authorization"])
        opened("http2", port, study, token)  # decisions and frames are cached from here on
        for number in range(ROUNDS):
            print(f"round {number + 1} of {ROUNDS}", flush=True)
            for protocol, openings in rounds.items():
                openings.append(opened(protocol, far, study, token))
    found = {name: statistics.median(one.seconds for one in many) for name, many in rounds.items()}
    for name, seconds in found.items():
        connections = max(one.connections for one in rounds[name])
        print(f"{name}: {SLICES} frames in {seconds:.2f} s over {connections} connections")
    measured = {f"{name}_s": round(seconds, 3) for name, seconds in found.items()}
    ratio = round(found["http1"] / found["http2"], 2)
    print(json.dumps({"bench": "http2", "rounds": ROUNDS, **measured, "ratio": ratio}))


if __name__ == "__main__":
    main()
