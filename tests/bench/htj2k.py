"""HTJ2K: from instances to files, and a study opened through a narrow line: bin/bench htj2k [PART].

PART is ``conversion`` or ``openings``; both without. Ratios are of one run; the machine's load is
answers beside them.
"""

from __future__ import annotations

import json
import os
import statistics
import sys

import django

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

django.setup()

from common.http.api_client import ApiClient, default_base_url, wait_until  # noqa: E402
from tests.bench.support import conversion  # noqa: E402
from tests.bench.support.conversion import Cost, Costs  # noqa: E402
from tests.bench.support.gateway_study import NOISE, BenchStudy, bench_study  # noqa: E402
from tests.bench.support.link import Line  # noqa: E402
from tests.bench.support.openings import opening_ratios  # noqa: E402

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
LINES = {"vpn": Line(30, 0.040), "lan": Line(1000, 0.001)}
SAMPLES = {"colin27": "P2026-0001", "tumour1": "P2026-0002"}
ENOUGH_MB = 80
SLICES = {"10": 19, "100": 191, "500": 954}
ROWS: dict[str, tuple[str, str, float | None]] = {
    "colin27_mb_per_core_s": ("colin27, MB/s a core, instance to file", ">=", 150),
    "tumour1_mb_per_core_s": ("tumour1", ">=", 150),
    "bench_mb_per_core_s": ("155 slices of 512 x 512 with noise", ">=", 150),
    "bench_mb_per_core_s_all": ("  with the time of archive and database", "", None),
    "bench_mb_per_s": ("  MB/s by the clock", "", None),
    "seams": ("  the seams' share of our processor time", "<=", 0.2),
    "seam_read": ("    reading from the archive", "", None),
    "seam_guard": ("    the guarded child's pipe", "", None),
    "seam_write": ("    writing and syncing files", "", None),
    "seam_rest": ("    database and all else", "", None),
    "codec_mb_per_s": ("  codec alone: encode, decode, compare, MB/s", "", None),
    "peer_htj2k": ("  HTJ2K encode and decode alone, MB/s", "", None),
    "peer_jpegls": ("  JPEG-LS the same way, MB/s", "", None),
    "peer_j2k": ("  JPEG 2000 the same way, MB/s", "", None),
    "seconds_10_mb": ("10 MB, s", "<=", 0.5),
    "seconds_100_mb": ("100 MB, s", "<=", 3),
    "seconds_500_mb": ("500 MB, s", "<=", 12),
    "colin27_bytes": ("bytes to the original's, colin27", "<=", 0.5),
    "tumour1_bytes": ("  tumour1", "<=", 0.5),
    "bench_bytes": ("  155 slices with noise", "<=", 0.5),
    "frames_different": ("frames that differ from their original", "<=", 0),
    "frames_compared": ("  of", "", None),
    "vpn_all_images_ratio": ("30 Mbit/s, 40 ms: 155 images, to uncompressed", "<=", 0.4),
    "vpn_first_image_ratio": ("  first image, to uncompressed", "", None),
    "vpn_stored_all_images_ms": ("  155 images, HTJ2K, ms", "", None),
    "vpn_original_all_images_ms": ("  155 images, uncompressed, ms", "", None),
    "vpn_stored_first_image_ms": ("  first image, HTJ2K, ms", "", None),
    "vpn_original_first_image_ms": ("  first image, uncompressed, ms", "", None),
    "noisy_vpn_all_images_ratio": ("  155 images with the noise of a single scan", "<=", 0.4),
    "noisy_vpn_stored_all_images_ms": ("  HTJ2K, ms", "", None),
    "noisy_vpn_original_all_images_ms": ("  uncompressed, ms", "", None),
    "lan_all_images_ratio": ("1 Gbit/s, 1 ms: 155 images, to uncompressed", "<=", 1),
    "lan_first_image_ratio": ("  first image, to uncompressed", "<=", 1),
    "lan_stored_all_images_ms": ("  155 images, HTJ2K, ms", "", None),
    "lan_original_all_images_ms": ("  155 images, uncompressed, ms", "", None),
    "noisy_lan_all_images_ratio": ("  155 images with the noise of a single scan", "<=", 1),
}


def _mean(costs: list[Cost]) -> Cost:
    """Of each kind by itself."""
    by_kind = ([getattr(cost, kind) for cost in costs] for kind in ("wall", "ours", "others"))
    return Cost(*map(statistics.mean, by_kind))


def _sample(base_url: str, patient_id: str) -> str:
    found = ApiClient.logged_in(base_url, "doctor", "doctor123").get(
        "ris/studies/", patient_id=patient_id
    )
    ordered = [one for one in found["results"] if one["modality"] == "MR"]
    return str(min(ordered, key=lambda one: one["id"])["study_instance_uid"])


def volume(name: str, study: str, costs: Costs) -> dict[str, float]:
    """Speed, bytes and exactness of one real volume. A small one is converted more often: the
    kernel counts in hundredths of a second."""
    conversion.converted(study, costs)  # starts the children
    kept = conversion.kept(study)
    megabytes = kept.original_bytes / 1e6
    rounds = RUNS * max(1, round(ENOUGH_MB / megabytes))
    cost = _mean([conversion.converted(study, costs) for _ in range(rounds)])
    return {
        f"{name}_mb_per_core_s": megabytes / cost.ours,
        f"{name}_mb_per_core_s_all": megabytes / (cost.ours + cost.others),
        f"{name}_mb_per_s": megabytes / cost.wall,
        f"{name}_bytes": kept.stored_bytes / kept.original_bytes,
        f"{name}_frames": kept.frames,
        f"{name}_different": kept.different,
    }


def seams(study: str, costs: Costs) -> dict[str, float]:
    """What of our processor time is not the codec's, in shares of all of it."""
    rounds = [conversion.stages(study, costs) for _ in range(RUNS)]
    whole = _mean([conversion.converted(study, costs) for _ in range(RUNS)]).ours
    part = {name: _mean([one[name] for one in rounds]).ours for name in rounds[0]}
    guard = part["guarded"] - part["codec"]
    rest = whole - part["guarded"] - part["read"] - part["write"]
    return {
        "seams": 1 - part["codec"] / whole,
        "seam_read": part["read"] / whole,
        "seam_guard": guard / whole,
        "seam_write": part["write"] / whole,
        "seam_rest": rest / whole,
        "codec_seconds": part["codec"],
    }


def conversions(base_url: str) -> dict[str, float]:
    costs, found = Costs(), dict[str, float]()
    with conversion.worker_idle():
        for name, patient_id in SAMPLES.items():
            found |= volume(name, _sample(base_url, patient_id), costs)
        with bench_study(base_url, name="bench-htj2k") as study:
            found |= volume("bench", study.study, costs) | seams(study.study, costs)
            megabytes = len(study.frames) * study.frame_bytes / 1e6
            found["codec_mb_per_s"] = megabytes / found.pop("codec_seconds")
            speeds = conversion.peers(study.study)
            found |= {f"peer_{name}": speed for name, speed in speeds.items()}
        for size, slices in SLICES.items():
            with bench_study(base_url, name=f"bench-{size}", slices=slices) as study:
                times = [conversion.converted(study.study, costs).wall for _ in range(RUNS)]
                found[f"seconds_{size}_mb"] = statistics.median(times)
    names = (*SAMPLES, "bench")
    found["frames_compared"] = sum(found.pop(f"{name}_frames") for name in names)
    found["frames_different"] = sum(found.pop(f"{name}_different") for name in names)
    return found


def openings(base_url: str) -> dict[str, float]:
    """Of the head as it is, the mean of 27 scans, and with the noise of a single one."""
    found = dict[str, float]()
    for name, noise_levels in {"": 1, "noisy_": NOISE}.items():
        study_name = f"bench-opening-{noise_levels}"
        with bench_study(base_url, name=study_name, noise_levels=noise_levels) as study:
            _wait_stored(base_url, study)
            for line_name, line in LINES.items():
                measurements = opening_ratios(base_url, study, line, RUNS)
                found |= {
                    f"{name}{line_name}_{measurement}": value
                    for measurement, value in measurements.items()
                }
    return found


def _wait_stored(base_url: str, study: BenchStudy) -> None:
    doctor = ApiClient.logged_in(base_url, "doctor", "doctor123")
    wait_until(
        lambda: doctor.get(f"ris/studies/{study.study}/")["htj2k"],
        lambda htj2k: htj2k["stored"] == len(study.frames),
        what="the study in HTJ2K",
    )


PARTS = {"conversion": conversions, "openings": openings}


def print_table(found: dict[str, float]) -> None:
    print(f"\n{'':52} {'measured':>9} {'target':>9}")
    for name, (words, sign, target) in ROWS.items():
        if name not in found:
            continue
        verdict = ""
        if target is not None:
            good = found[name] >= target if sign == ">=" else found[name] <= target
            verdict = f"{sign} {target:<6g} {'ok' if good else 'MISSED'}"
        print(f"{words:52} {found[name]:9.2f} {verdict}")


def main() -> None:
    found: dict[str, float] = {"load_before": os.getloadavg()[0]}
    for part in sys.argv[1:] or PARTS:
        found |= PARTS[part](default_base_url())
    print_table(found)
    rounded = {name: round(value, 3) for name, value in found.items()}
    print(json.dumps({"bench": "htj2k", "runs": RUNS, **rounded}))


if __name__ == "__main__":
    main()
