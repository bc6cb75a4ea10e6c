"""More than 500 attacks. The attacker is logged in and sees one patient; the victim is another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from urllib.parse import quote

from tests.flows.attacks import door
from tests.flows.attacks.wire import request
from tests.flows.attacks.world import Attack, Images, World

GATEWAY = "/api/ris/dicom-web"
FRAMES = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'


def routes(of: Images) -> list[str]:
    """Every route of the gateway for these images."""
    study = f"/studies/{of.study}"
    series = f"{study}/series/{of.series}"
    nested = [study, series, of.path]
    return [
        *nested,
        *(f"{path}/metadata" for path in nested),
        *(f"{path}/rendered" for path in nested),
        *(f"{path}/thumbnail" for path in nested),
        f"{of.path}/frames/1",
        f"{of.path}/frames/1,1",
        f"{of.path}/frames/1/rendered",
        f"{of.path}/bulk/7FE00010",
        f"{of.path}/bulkdata/7FE00010",
        f"{study}/series",
        f"{study}/instances",
        f"{series}/instances",
        f"/wado?requestType=WADO&studyUID={of.study}&seriesUID={of.series}&objectUID={of.instance}",
    ]


def _internal(world: World) -> Iterator[Attack]:
    """Doors that only an answer of ours may open, under every spelling of their names."""
    doors = [
        "_orthanc/system",
        "_orthanc/dicom-web/studies",
        f"_orthanc/instances/{world.victim.orthanc_id}/file",
        f"_frame/{world.victim.orthanc_id}/0",
        f"_frame_part/{world.victim.orthanc_id}/0",
        "_packed/metadata/",
        "_part_head",
        "_stow/studies",
        "_error",
    ]
    spellings = [
        "/{}", "//{}", "/./{}", "///./{}", "/x/../{}", "/api/../{}", "/api/%2e%2e/{}",
        "/api/..%2f{}", "/ohif/../{}", "/ohif/..%2f{}", "/static/../{}", "/static/..%2f..%2f{}",
        "/assets/..%5c{}", "/api/ris/dicom-web/../../../{}", "/api/ris/dicom-web/%2e%2e/../../{}",
        "/%2e/{}", "/{};x=1", "/{}%00", "/{}%00.html", "/{}/.", "/{}%20", "/{}?x=/healthz",
        "/%c0%ae%c0%ae/{}", "/..%c0%af{}", "/..%252f{}", "\\{}", "/\\{}", "http://127.0.0.1/{}",
        "http://evil/{}", "{}", "/ws/../{}", "/#/../{}",
    ]  # fmt: skip
    for place, spelling in product(doors, spellings):
        path = spelling.format(place)
        yield Attack(f"internal {path}", request(path, [world.bearer]), harmless=True)
    for place in doors:
        hexed = "/" + "".join(f"%{ord(letter):02x}" for letter in place)
        yield Attack(f"internal hex {place}", request(hexed, [world.bearer]))
        yield Attack(f"internal upper {place}", request(f"/{place.upper()}", [world.bearer]), True)


def _paths(world: World) -> Iterator[Attack]:
    """The victim's images under other spellings, and children of one study under another."""
    own, victim = world.own, world.victim
    for route in routes(victim):
        yield Attack(f"plain {route}", request(GATEWAY + route, [world.bearer]))
    for route in routes(own)[:20]:
        mixed = [
            route.replace(own.series, victim.series),
            route.replace(own.instance, victim.instance),
            route.replace(own.series, victim.series).replace(own.instance, victim.instance),
        ]
        for path in sorted(set(mixed) - {route}):
            yield Attack(f"child {path}", request(GATEWAY + path, [world.bearer]))
    target = f"{victim.path}/frames/1"
    spellings = [
        target.replace("/", "%2f", 1), target.replace("/", "%2F"), target.replace("/", "//"),
        target.replace("/series", "/./series"), target.replace("/series", "/x/../series"),
        target.replace("studies", "STUDIES"), target.replace("studies", "%73tudies"),
        target.replace(".", "%2e"), target.replace("/series", ";v=1/series"), target + "/",
        target + "%00", target + "%0a", target + "%0d%0aX-Accel-Redirect:%20/_orthanc/system",
        target + "%20", target + ".", target + "?studyUID=" + own.study, target + "#" + own.study,
        target.replace("/frames", "%5cframes"), target.replace("/studies/", "/studies/%2b"),
        f"/studies/{own.study}/../{victim.study}/series/{victim.series}/metadata",
        f"/studies/{own.study}%2f..%2f{victim.study}/metadata",
        f"/studies/{own.study}%5c..%5c{victim.study}/metadata",
        f"/studies/{own.study},{victim.study}/metadata",
        f"/studies/{own.study}\\{victim.study}/metadata",
        f"/studies/{own.study}%00{victim.study}/metadata",
        f"/studies/{victim.study}%E3%80%82/metadata", "/studies/" + "１.２", "/studies/*",
        "/studies/*/metadata", "/studies/%25/metadata", "/studies/1.2.*", "/studies/?",
        "/studies/_", "/studies/" + victim.study[:-1] + "?", "/studies/" + "1" * 65,
        "/studies/" + "1." * 30000 + "1", "/patients", "/patients/1", "/servers", "/info",
        f"/studies/{victim.study}/archive", f"/studies/{victim.study}/../../instances",
    ]  # fmt: skip
    for path in spellings:
        yield Attack(f"spelling {path[:90]}", request(GATEWAY + path, [world.bearer]), True)


def _headers(world: World) -> Iterator[Attack]:
    """Headers that might be taken for nginx's own, or for somebody else's right."""
    target = f"{GATEWAY}{world.victim.path}/frames/1"
    tricks: list[list[tuple[str, str]]] = [
        [("X-Accel-Redirect", f"/_frame/{world.victim.orthanc_id}/0")],
        [("X-Original-URI", f"{GATEWAY}{world.own.path}/frames/1")],
        [("X-Original-Method", "POST")],
        [("X-Original-URL", f"{GATEWAY}{world.own.path}/frames/1")],
        [("X-Rewrite-URL", "/_orthanc/system")],
        [("X-HTTP-Method-Override", "POST")],
        [("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1")],
        [("X-Forwarded-Host", "orthanc"), ("X-Forwarded-Proto", "https")],
        [("X-Request-ID", "0" * 32)],
        [("X-Orthanc-Accept", "*/*"), ("X-Part-Type", "text/html")],
        [("Forwarded", "for=127.0.0.1;host=orthanc;proto=http")],
        [("Host", "orthanc")],
        [("Connection", "Authorization, X-Real-IP")],
        [("Connection", "keep-alive, X-Request-ID")],
        [("TE", "trailers"), ("Trailer", "Authorization")],
        [("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA")],
        [("Upgrade", "websocket"), ("Sec-WebSocket-Key", "x" * 24)],
        [("Range", "bytes=0-100")],
        [("Range", "bytes=-100000")],
        [("Range", "bytes=0-1,2-3,4-5")],
        [("If-None-Match", "*")],
        [("If-Modified-Since", "Sat, 21 Nov 2099 00:00:00 GMT")],
        [("Cookie", "sessionid=1; cdss_refresh=x")],
        [("Remote-User", "admin"), ("X-Remote-User", "admin")],
        [("Authorization", "Basic ZGphbmdvOng=")],
        [("Proxy-Authorization", "Basic ZGphbmdvOng=")],
        [("Expect", "100-continue")],
        [("Content-Length", "0"), ("X-Method", "POST")],
        [("A" * 200, "b" * 8000)],
        [("X-Big", "b" * 70000)],
        [(f"X-{n}", "b" * 200) for n in range(200)],
    ]
    for extra in tricks:
        name = ", ".join(f"{key}: {value}" for key, value in extra[:2])[:80]
        yield Attack(f"header {name}", request(target, [world.bearer, *extra]))
        yield Attack(f"header first {name}", request(target, [*extra, world.bearer]))
        yield Attack(f"header alone {name}", request(target, extra))
    accepts = [
        "image/jp2", "image/jphc", "image/jls", "image/gif", "video/mp4", "*/*;q=0", "x" * 5000,
        *(
            FRAMES.replace("*", f"1.2.840.10008.1.2.{n}")
            for n in ("1", "2", "4.50", "4.51", "4.57", "4.70", "4.80", "4.81", "4.90", "4.91")
        ),
        *(
            f'multipart/related; type="image/{kind}"; transfer-syntax=1.2.840.10008.1.2.{n}'
            for kind, n in (("jls", "4.80"), ("jp2", "4.90"), ("jphc", "4.201"), ("dicom-rle", "5"))
        ),
    ]  # fmt: skip
    for images, accept in product((world.own, world.victim), accepts):
        path = f"{GATEWAY}{images.path}/frames/1"
        yield Attack(
            f"accept {accept[:60]} {images is world.own}",
            request(path, [world.bearer, ("Accept", accept)]),
            harmless=images is world.own,
        )


def _methods(world: World) -> Iterator[Attack]:
    paths = ["/studies", f"/studies/{world.victim.study}", world.victim.path, world.own.path]
    methods = [
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "TRACE",
        "CONNECT",
        "PROPFIND",
        "MOVE",
        "COPY",
        "LOCK",
        "get",
        "GeT",
        "XYZ",
    ]
    for path, method in product(paths, methods):
        data = request(GATEWAY + path, [world.bearer, ("Content-Length", "0")], method)
        yield Attack(f"method {method} {path[:30]}", data)


def _queries(world: World) -> Iterator[Attack]:
    """Searches that would find the victim's study if they reached beyond the attacker's right."""
    victim = world.victim
    values = [
        f"StudyInstanceUID={victim.study}", f"0020000D={victim.study}", "PatientName=*",
        "PatientID=*", "PatientID=P2026-0002", "PatientID=P2026-0002' OR '1'='1",
        'PatientName=" OR ""="', "PatientName=%25", "PatientName=_______________",
        "StudyDate=00010101-99991231", "StudyDate=19000101-", "ModalitiesInStudy=MR",
        f"StudyInstanceUID={world.own.study},{victim.study}", "limit=1000000", "offset=-1",
        f"StudyInstanceUID={world.own.study}%5C{victim.study}", "limit=0", "fuzzymatching=true",
        "PatientName=Carter&fuzzymatching=true", "includefield=all", "orderby=PatientName",
        "PatientName=Car*", "PatientName=C%3Frter*", "AccessionNumber=RIS2026-0002",
        "PatientID=P2026-0001&PatientID=P2026-0002", "patient_id=P2026-0002", "user=2", "actor=2",
        "00100020=P2026-0002&00100020=", "PatientName=%F0%9F%98%80", "PatientName=%ff%fe",
        "StudyInstanceUID=*", "StudyInstanceUID=2.25.*", "a=" + "b" * 7000, "&" * 2000,
        "patient__patient_id=P2026-0002", "patient__patient_id__startswith=P", "__class__=1",
        "SeriesInstanceUID=" + victim.series, "PatientBirthDate=19680914", "=", "%00=%00",
    ]  # fmt: skip
    for level, value in product(("/studies", "/series", "/instances"), values):
        path = f"{GATEWAY}{level}?{quote(value, safe='=&%*,')}"
        yield Attack(f"query {level}?{value[:50]}", request(path, [world.bearer]), harmless=True)


def _frame_lists(world: World) -> Iterator[Attack]:
    lists = [
        "0", "-1", "2", "1e9", "99999999999999999999", "1,2", "1,,1", ",", ",1", "1,", "1-2", "0x1",
        "1%2c1", "+1", "1.0", "%31%00", "1;1", "1," * 3000 + "1", "1," * 1_000_000 + "1",
        ",".join(str(n) for n in range(1, 2000)), "9" * 10000, "*", "all",
    ]  # fmt: skip
    for frames in lists:
        path = f"{GATEWAY}{world.own.path}/frames/{frames}"
        name = f"frames {frames[:30]} ({len(frames)})"
        yield Attack(name, request(path, [world.bearer]), harmless=frames in ("1%2c1", "+1"))


def _tokens(world: World) -> Iterator[Attack]:
    head, body, signature = world.token.split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{body}."
    values = [
        "", "Bearer", "Bearer ", "Bearer x", f"Bearer {unsigned}", f"Bearer {unsigned}{signature}",
        f"Bearer {head}.{body}.", f"Bearer {head}.{body}",
        f"Bearer {head}.{body}.{signature[:-2]}AA", f"Token {world.token}",
        f"Bearer {head}.{body[:-4]}AAAA.{signature}", f"Bearer {world.token}.x",
        f"Basic {world.token}", world.token, f"Bearer {world.token} {world.token}",
        f"Bearer {world.token},Bearer {world.token}", f"Bearer\t\t{world.token}x", "Bearer null",
        "Bearer undefined", "Bearer ' OR 1=1 --", "Bearer " + "a" * 7000, "Bearer " + "." * 500,
        "Bearer %00", "Digest username=admin", "Negotiate YII=",
    ]  # fmt: skip
    for value, path in product(values, (world.own.path, f"{world.own.path}/frames/1")):
        data = request(GATEWAY + path, [("Authorization", value)])
        yield Attack(f"token {value[:40]!r} {path[-8:]}", data)
    for path in routes(world.own):
        yield Attack(f"no token {path[-30:]}", request(GATEWAY + path))
        twice = [world.bearer, ("Authorization", "Bearer x.y.z")]
        yield Attack(f"two tokens {path[-30:]}", request(GATEWAY + path, twice))


def _smuggling(world: World) -> Iterator[Attack]:
    """A second request hidden in the first: it must not be answered."""
    hidden = request(f"{GATEWAY}{world.victim.path}/frames/1", [world.bearer])
    post = f"POST {GATEWAY}/studies HTTP/1.1\r\nHost: x\r\n".encode()
    get = f"GET {GATEWAY}/studies HTTP/1.1\r\nHost: x\r\n".encode()
    size = str(len(hidden)).encode()
    heads = [
        post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
        post + b"Content-Length: 0\r\nContent-Length: " + size + b"\r\n\r\n",
        post + b"Content-Length: +0\r\n\r\n",
        post + b"Content-Length: 0x0\r\n\r\n",
        post + b"Content-Length: -1\r\n\r\n",
        post + b"Content-Length : 0\r\n\r\n",
        post + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        post + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        post + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        post + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n",
        post + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        post + b"Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
        post + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        get + b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        get + b"Content-Length: " + size + b"\r\n\r\n",
        get.replace(b"\r\n", b"\n") + b"Content-Length: " + size + b"\n\n",
        get.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Content-Length: " + size + b"\r\n\r\n",
        get.replace(b"HTTP/1.1", b"HTTP/0.9") + b"\r\n",
        get.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n",
        get.replace(b"GET ", b"GET  ") + b"\r\n",
        b"\r\n\r\n" + get + b"Content-Length: " + size + b"\r\n\r\n",
        b"\x00" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 80,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]
    for number, head in enumerate(heads):
        yield Attack(f"smuggling {number} {head[-40:]!r}", head + hidden, harmless=True)


def attacks(world: World) -> list[Attack]:
    """All of them, in order."""
    groups = (
        _internal, _paths, _headers, _methods, _queries, _frame_lists, _tokens, _smuggling,
        door.logins, door.rights, door.records, door.files,
    )  # fmt: skip
    return [attack for group in groups for attack in group(world)]
