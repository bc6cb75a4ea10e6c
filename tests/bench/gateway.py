"""The DICOMweb gateway beside Orthanc asked directly and beside a static file of nginx.

One study of 155 slices of 512 x 512 at 16 bit, one client, rounds in turn; medians of the rounds.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from common.http.api_client import ApiClient, default_base_url, wait_until
from deploy.native.control import Supervisor
from deploy.native.layout import Layout
from deploy.native.ports import choose
from tests.bench.support.gateway_study import BenchStudy, bench_study
from tests.bench.support.http_load import Server, family, load, processor_seconds, resident_mb

ROUNDS = int(os.environ.get("BENCH_RUNS", "5"))
REQUESTS = 620
DECISIONS = 5_000
MEMORY_REQUESTS = 100_000
GATEWAY = "/api/ris/dicom-web"
STORED = 'multipart/related; type="application/octet-stream"'
ANY = f"{STORED}; transfer-syntax=*"
ROWS = {
    "frames_warm_to_orthanc": ("frames a second, warm, to Orthanc asked directly", ">=", 2.5),
    "frames_cold_to_orthanc": ("frames a second, cold, to Orthanc asked directly", ">=", 0.9),
    "frames_warm_to_static": ("frames a second, warm, to a static file of nginx", ">=", 0.5),
    "decisions_per_core_second": ("decisions a second and core (gateway process)", ">=", 2000),
    "decisions_with_redis": ("  the same with the time of Redis", "", None),
    "open_warm_to_orthanc": ("opening the study, time, warm, to Orthanc's", "<=", 0.5),
    "open_cold_to_orthanc": ("opening the study, time, cold, to Orthanc's", "<=", 1.1),
    "memory_growth": ("memory of the gateway after 100,000 requests, ratio", "<=", 1.05),
    "orthanc_frames_per_s": ("  Orthanc asked directly, frames a second", "", None),
    "warm_frames_per_s": ("  gateway warm, frames a second", "", None),
    "cold_frames_per_s": ("  gateway cold, frames a second", "", None),
    "htj2k_frames_per_s": ("  gateway warm, in HTJ2K, frames a second", "", None),
    "rendered_cold_to_orthanc": ("pictures a second, cold, to Orthanc's own", ">=", 1),
    "rendered_warm_to_orthanc": ("pictures a second, warm, to Orthanc's own", ">=", 2),
    "drawing_cpu_to_orthanc": ("processor time of drawing a picture, to Orthanc's own", "<=", 1),
    "orthanc_rendered_per_s": ("  Orthanc asked directly, pictures a second", "", None),
    "rendered_cold_per_s": ("  gateway cold, pictures a second", "", None),
    "static_frames_per_s": ("  static file, frames a second", "", None),
}


@dataclass(frozen=True)
class Servers:
    """Who is compared; ``ours`` is asked for frames as they are stored, as the archive is."""

    orthanc: Server
    ours: Server
    htj2k: Server
    decisions: Server
    static: Server


@contextmanager
def static_files(study: BenchStudy) -> Iterator[Server]:
    """An nginx of its own over as many files of the frames' size."""
    folder = Path(tempfile.mkdtemp(prefix="bench-static-"))
    folder.chmod(0o755)
    port = choose(set())
    for number in range(len(study.frames)):
        (folder / str(number)).write_bytes(os.urandom(study.frame_bytes))
    (folder / "nginx.conf").write_text(
        f"""daemon off; pid {folder}/pid; error_log stderr crit; worker_processes auto;
        {"user root;" if os.geteuid() == 0 else ""}
        events {{ }}
        http {{ access_log {folder}/log; sendfile on; tcp_nopush on; keepalive_requests 1000000;
          client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
          fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
          server {{ listen 127.0.0.1:{port}; root {folder}; }} }}"""
    )
    process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield Server(f"http://127.0.0.1:{port}", {})
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def caches_clear(*, pixels: bool) -> None:
    """Delete cached decisions and, with ``pixels``, the frames that nginx keeps."""
    store = redis.Redis.from_url(f"{os.environ['REDIS_URL']}/2")
    keys = store.keys("dicomweb:*")
    if keys:
        store.delete(*keys)
    if pixels:
        for folder in Path(os.environ["FRAME_CACHE_DIR"]).iterdir():
            shutil.rmtree(folder)


def orthanc_pids() -> list[int]:
    return family(Supervisor(Layout("up")).processes()["orthanc"].pid)


def drawing_pids() -> list[int]:
    """The processes that draw, and do nothing else; there are none before the first picture."""
    pictures = family(Supervisor(Layout("up")).processes()["pictures"].pid)
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pictures}
    return [pid for pid, command in commands.items() if b"drawing_process" in command]


def open_study(server: Server, study: BenchStudy) -> float:
    """What a viewer asks: the study, its series, the metadata, every frame."""
    uid, series = study.study, study.series
    json_only = Server(server.base_url, {**server.headers, "Accept": "application/dicom+json"})
    begun = time.perf_counter()
    for path in (
        f"/studies?StudyInstanceUID={uid}",
        f"/studies/{uid}/series",
        f"/studies/{uid}/series/{series}/metadata",
    ):
        load(json_only, [path], 1, connections=1)
    load(server, study.frames, len(study.frames))
    return time.perf_counter() - begun


def one_round(servers: Servers, study: BenchStudy) -> dict[str, float]:
    """Every server once, in turn."""
    frames, count = study.frames, len(study.frames)
    found = {"orthanc": REQUESTS / load(servers.orthanc, frames, REQUESTS)}
    caches_clear(pixels=True)
    found["cold"] = count / load(servers.ours, frames, count)
    found["warm"] = REQUESTS / load(servers.ours, frames, REQUESTS)
    found["htj2k"] = REQUESTS / load(servers.htj2k, frames, REQUESTS)
    found["static"] = REQUESTS / load(servers.static, [f"/{n}" for n in range(count)], REQUESTS)
    found["open_orthanc"] = open_study(servers.orthanc, study)
    caches_clear(pixels=True)
    found["open_cold"] = open_study(servers.ours, study)
    found["open_warm"] = open_study(servers.ours, study)
    return found


def pictures_round(servers: Servers, study: BenchStudy) -> dict[str, float]:
    """Pictures that nobody has asked for, by a window of this round's own.

    Nothing is deleted for that: where files were deleted in the last minutes, ext4 takes longer to
    make one than nginx takes for all the rest of a request.
    """
    count, found = len(study.frames), dict[str, float]()
    window = f"window=1500.{time.time_ns() % 10**6:06},3000,linear"
    pictures = [f"{path}/rendered?{window}" for path in study.frames]
    caches_clear(pixels=False)
    drawn = {
        "orthanc_rendered": (servers.orthanc, orthanc_pids()),
        "drawn_cold": (servers.ours, drawing_pids()),
        "drawn_warm": (servers.ours, []),
    }
    for name, (server, pids) in drawn.items():
        jpeg = Server(server.base_url, {**server.headers, "Accept": "image/jpeg"})
        before = processor_seconds(pids)
        found[name] = count / load(jpeg, pictures, count)
        found[f"{name}_cpu"] = processor_seconds(pids) - before
    return found


def decisions(
    server: Server, study: BenchStudy, gateway: list[int], store: list[int]
) -> list[float]:
    """Decisions for one second of processor time: of the gateway, and of it and Redis."""
    load(server, study.frames, len(study.frames))
    before, redis_before = processor_seconds(gateway), processor_seconds(store)
    load(server, study.frames, DECISIONS)
    alone = processor_seconds(gateway) - before
    return [DECISIONS / alone, DECISIONS / (alone + processor_seconds(store) - redis_before)]


def measurements(servers: Servers, study: BenchStudy) -> dict[str, float]:
    """All rounds, then decisions and memory."""
    processes = Supervisor(Layout("up")).processes()
    gateway, store = family(processes["gateway"].pid), family(processes["redis"].pid)
    rounds = [pictures_round(servers, study) for _ in range(ROUNDS)]
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", flush=True)
        rounds[number] |= one_round(servers, study)
    alone, with_redis = decisions(servers.decisions, study, gateway, store)
    before = resident_mb(gateway)
    for part in range(10):
        print(f"memory: {part * 10} % of {MEMORY_REQUESTS:,} requests", flush=True)
        load(servers.decisions, study.frames, MEMORY_REQUESTS // 10)

    def median(name: str, of: Callable[[dict[str, float]], float]) -> float:
        return statistics.median(map(of, rounds))

    return {
        "frames_warm_to_orthanc": median("warm", lambda r: r["warm"] / r["orthanc"]),
        "frames_cold_to_orthanc": median("cold", lambda r: r["cold"] / r["orthanc"]),
        "frames_warm_to_static": median("static", lambda r: r["warm"] / r["static"]),
        "decisions_per_core_second": alone,
        "decisions_with_redis": with_redis,
        "open_warm_to_orthanc": median("open", lambda r: r["open_warm"] / r["open_orthanc"]),
        "open_cold_to_orthanc": median("open", lambda r: r["open_cold"] / r["open_orthanc"]),
        "memory_growth": resident_mb(gateway) / before,
        "orthanc_frames_per_s": median("orthanc", lambda r: r["orthanc"]),
        "warm_frames_per_s": median("warm", lambda r: r["warm"]),
        "cold_frames_per_s": median("cold", lambda r: r["cold"]),
        "htj2k_frames_per_s": median("htj2k", lambda r: r["htj2k"]),
        "rendered_cold_to_orthanc": median("d", lambda r: r["drawn_cold"] / r["orthanc_rendered"]),
        "rendered_warm_to_orthanc": median("d", lambda r: r["drawn_warm"] / r["orthanc_rendered"]),
        "drawing_cpu_to_orthanc": median(
            "d", lambda r: r["drawn_cold_cpu"] / r["orthanc_rendered_cpu"]
        ),
        "orthanc_rendered_per_s": median("d", lambda r: r["orthanc_rendered"]),
        "rendered_cold_per_s": median("d", lambda r: r["drawn_cold"]),
        "static_frames_per_s": median("static", lambda r: r["static"]),
    }


def print_table(found: dict[str, float]) -> None:
    print(f"\n{'':52} {'measured':>9} {'target':>9}")
    for name, (words, sign, target) in ROWS.items():
        verdict = ""
        if target is not None:
            good = found[name] >= target if sign == ">=" else found[name] <= target
            verdict = f"{sign} {target:<6g} {'ok' if good else 'MISSED'}"
        print(f"{words:52} {found[name]:9.2f} {verdict}")


def main() -> None:
    base_url = default_base_url()
    pair = f"{os.environ['ORTHANC_USERNAME']}:{os.environ['ORTHANC_PASSWORD']}"
    basic = base64.b64encode(pair.encode()).decode()
    with bench_study(base_url) as study:
        doctor = ApiClient.logged_in(base_url, "doctor", "doctor123")
        wait_until(
            lambda: doctor.get(f"ris/studies/{study.study}/")["htj2k"],
            lambda htj2k: htj2k["stored"] == len(study.frames),
            what="the study in HTJ2K",
        )
        bearer = {"Authorization": str(doctor.session.headers["Authorization"])}
        ours = base_url + GATEWAY
        behind_nginx = {"X-Request-ID": "0" * 32, "X-Real-IP": "127.0.0.1"}
        direct = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}{GATEWAY}"
        with static_files(study) as static:
            servers = Servers(
                orthanc=Server(
                    f"{os.environ['ORTHANC_URL']}/dicom-web",
                    {"Authorization": f"Basic {basic}", "Accept": ANY},
                ),
                ours=Server(ours, {**bearer, "Accept": STORED}),
                htj2k=Server(ours, {**bearer, "Accept": ANY}),
                decisions=Server(direct, {**bearer, **behind_nginx, "Accept": ANY}),
                static=static,
            )
            found = measurements(servers, study)
    print_table(found)
    rounded = {name: round(value, 3) for name, value in found.items()}
    print(json.dumps({"bench": "gateway", "rounds": ROUNDS, **rounded}))


if __name__ == "__main__":
    main()
