"""``corridor rerun MANIFEST``, and ``corridor --record FILE …``, which writes a manifest for any command."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from corridor.cli.common import command_line, emit, format_option, out_folder, quiet_option, talk
from corridor.model.errors import Fault, InputError

MANIFEST = "manifest.json"
OWN_FOLDER = {"simulate": "{0}-run", "demo": "corridor-demo", "backtest": "corridor-backtest"}
"""Folder that a command writes to without --out; ``{0}`` is the name of its first argument."""
NOT_COMPARED = ("held_out.csv",)
"""Files that grow with every run, and so differ."""
USER_DATA = "data of the user: "
FILE = "file: "


@click.command()
@click.argument("manifest", metavar="MANIFEST", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="Keep the new results in this folder."
)
@format_option()
@quiet_option()
@click.pass_context
def command(
    context: click.Context, manifest: Path, out: Path | None, format: str, quiet: bool
) -> None:  # fmt: skip
    """Repeat the run of MANIFEST (a run folder, its manifest.json, or the FILE of --record) and compare.

    Ends with 0 if everything is equal, with 1 and a list if something differs. Inputs that have changed since are a
    fault: nothing is run. Call it from the folder in which the run was made.
    """
    record = read_manifest(manifest)
    words = shlex.split(record["command"])[1:]
    check_inputs(record, words, manifest)
    with tempfile.TemporaryDirectory(prefix="corridor-rerun-") as scratch:
        folder = out_folder(out) if out else Path(scratch) / "run"
        talk(f"running: corridor {shlex.join(words)}", quiet=quiet)
        outputs, text = _repeat(words, folder, writes="tables" in record or bool(record.get("files")))
    rows = [
        {"output": n, "result": w} for n, w in compared(_outputs(record), outputs | _printed(record, text))
    ]
    emit(rows, format, ("output", "result"))
    different = [row["output"] for row in rows if row["result"] != "equal"]
    _say_of_platform(record, quiet=quiet)
    talk(f"{len(different)} of {len(rows)} outputs differ" if different else "equal", quiet=quiet)
    context.exit(1 if different else 0)


def read_manifest(path: Path) -> dict[str, Any]:
    """The record of a run; ``InputError`` if the file is none."""
    file = path / MANIFEST if path.is_dir() else path
    try:
        record = json.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            f"there is no manifest {file}", hint="name a run folder, or the FILE of --record"
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read as a manifest", hint="it is a file of JSON") from error
    if not isinstance(record, dict) or not str(record.get("command", "")).startswith("corridor "):
        raise InputError(
            f"{file} does not say which command it is of", hint="its `command` begins with `corridor`"
        )
    if not isinstance(record.get("inputs"), dict) or not record["inputs"]:
        hint = "make the run again with `corridor --record FILE …`, which lists them"
        raise InputError(f"{file} does not list its inputs: what has changed since cannot be told", hint=hint)
    return record


def check_inputs(record: Mapping[str, Any], words: Sequence[str], manifest: Path) -> None:
    """Raise with one fault for each input that has changed or is gone, and for another version of Corridor."""
    from corridor import __version__

    faults = []
    for name, then in record["inputs"].items():
        now = _input_now(name, words)
        if now != then:
            what = "is not here" if now is None else "has changed since the run"
            faults.append(Fault(str(manifest), None, "inputs", f"{name} {what}", ""))
    if record.get("version") != __version__:
        message = f"the run is of Corridor {record.get('version')}, this is {__version__}"
        faults.append(Fault(str(manifest), None, "version", message, f"install {record.get('version')}"))
    if faults:
        raise InputError("the run cannot be repeated", hint="the results would differ", faults=faults)


def _input_now(name: str, words: Sequence[str]) -> str | None:
    """Checksum of an input as it is now; None if it is gone."""
    from corridor import data
    from corridor.model import sha256_of

    if name == "data":
        return sha256_of(Path(data.__file__).parent / "tables")
    if name.startswith(USER_DATA):
        path = data.data_folder() / name.removeprefix(USER_DATA)
    elif name.startswith(FILE):
        path = Path(name.removeprefix(FILE))
    else:
        path = _corridor_folder(name, words)
    return sha256_of(path) if path is not None and path.exists() else None


def _corridor_folder(id: str, words: Sequence[str]) -> Path | None:
    """The folder of the corridor ``id`` that the words of a command name, else the shipped one."""
    from corridor.formats import find_corridor, open_corridor, shipped_corridors

    for word in words:
        with contextlib.suppress(InputError):
            folder = find_corridor(word)
            if open_corridor(folder).settings.id == id:
                return folder
    return shipped_corridors().get(id)


def _repeat(words: Sequence[str], folder: Path, *, writes: bool) -> tuple[dict[str, str], str]:
    """Run the command again with its results in ``folder``; checksums of what it wrote, and what it printed."""
    call = [*_without(words, "--out"), *(["--out", str(folder)] if writes else [])]
    done = subprocess.run(
        [sys.executable, "-c", "from corridor.cli import main; main()", *call],
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise InputError(f"the command ended with {done.returncode}", hint="its message stands above")
    return files_of(folder), done.stdout.decode("utf-8", "replace")


def _without(words: Sequence[str], option: str) -> list[str]:
    """The words of a command without one option and its value."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == option:
            next(rest, None)
        elif not word.startswith(f"{option}="):
            kept.append(word)
    return kept


def files_of(folder: Path) -> dict[str, str]:
    """Checksums of what a command has written: tables of a run folder by name, files of another by path."""
    if (folder / MANIFEST).is_file():
        return {name: entry["sha256"] for name, entry in read_manifest(folder)["tables"].items()}
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in NOT_COMPARED)
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _outputs(record: Mapping[str, Any]) -> dict[str, str]:
    """Checksums of what the run of a manifest wrote."""
    if "tables" in record:
        return {name: entry["sha256"] for name, entry in record["tables"].items()}
    printed = {"printed": record["printed"]} if record.get("printed") else {}
    return {**record.get("files", {}), **printed}


def _printed(record: Mapping[str, Any], text: str) -> dict[str, str]:
    return {"printed": _checksum(text)} if record.get("printed") else {}


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def compared(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each output with ``equal``, ``differs``, ``missing`` or ``new``."""
    for name in sorted({*then, *now}):
        if name not in now:
            yield name, "missing"
        elif name not in then:
            yield name, "new"
        else:
            yield name, "equal" if then[name] == now[name] else "differs"


def _say_of_platform(record: Mapping[str, Any], *, quiet: bool) -> None:
    """Another platform may round otherwise in the last bit."""
    from corridor.model import Provenance

    here = Provenance("", 0, "", {}).platform
    if record.get("platform") != here:
        talk(f"the run was made on {record.get('platform')}; this is {here}", quiet=quiet)


def recorded(file: Path, run: Callable[[], Any]) -> Any:
    """Run a command and write what it rests on and what came out to ``file``."""
    words = _without(shlex.split(command_line())[1:], "--record")
    inputs = _inputs(words)
    heard = _Tee(sys.stdout)
    with contextlib.redirect_stdout(heard):
        result = run()
    _write(file, words, inputs, heard.text())
    return result


class _Tee(io.TextIOBase):
    """A stream that passes on what it is given, and keeps it."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.kept: list[str] = []

    def write(self, text: str) -> int:
        written = self.stream.write(text)  # first, since it refuses bytes
        self.kept.append(text)
        return written

    def flush(self) -> None:
        self.stream.flush()

    def isatty(self) -> bool:
        return False

    def text(self) -> str:
        return "".join(self.kept)


def _inputs(words: Sequence[str]) -> dict[str, str]:
    """Checksums of the shipped data, the user's data, and of every corridor and file that a command names."""
    from corridor import data
    from corridor.formats import find_corridor, open_corridor
    from corridor.model import sha256_of

    inputs = {"data": sha256_of(Path(data.__file__).parent / "tables")}
    held = data.data_folder()
    if held.is_dir():
        inputs |= {f"{USER_DATA}{p.name}": sha256_of(p) for p in sorted(held.iterdir()) if p.is_dir()}
    for word in _without(words, "--out")[1:]:
        with contextlib.suppress(InputError, OSError, ValueError):
            if Path(word).is_file():
                inputs[f"{FILE}{word}"] = sha256_of(Path(word))
                continue
            folder = find_corridor(word)
            inputs[open_corridor(folder).settings.id] = sha256_of(folder)
    return inputs


def _write(file: Path, words: Sequence[str], inputs: Mapping[str, str], printed: str) -> None:
    from corridor.model import Provenance
    from corridor.model.files import write_text

    provenance = Provenance(f"corridor {shlex.join(words)}", 0, "", inputs)
    folder = _folder_of(words)
    record = {
        "command": provenance.command, "inputs": dict(inputs), "version": provenance.version,
        "platform": provenance.platform, "files": files_of(folder) if folder else {},
        "printed": _checksum(printed) if printed else "",
    }  # fmt: skip
    write_text(file, json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def _folder_of(words: Sequence[str]) -> Path | None:
    """The folder that a command has written to."""
    for i, word in enumerate(words):
        if word == "--out" and i + 1 < len(words):
            return _folder(Path(words[i + 1]))
        if word.startswith("--out="):
            return _folder(Path(word.removeprefix("--out=")))
    first = Path(words[1]).name if len(words) > 1 else ""
    return _folder(Path(OWN_FOLDER[words[0]].format(first))) if words[0] in OWN_FOLDER else None


def _folder(path: Path) -> Path | None:
    return path if path.is_dir() else None
