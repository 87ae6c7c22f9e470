"""A first folder to start from: the template, or a copy of another corridor."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from corridor.formats.folder import find_corridor, shipped_corridors
from corridor.formats.layout import SETTINGS_FILE
from corridor.formats.save import write_folder
from corridor.model import InputError
from corridor.model.declared import Identifier

_TEMPLATE = Path(__file__).parent / "template"
_ID = re.compile(r"(?m)^id:.*$")


def new_corridor(path: str | Path) -> Path:
    """Write a small working corridor with comments to ``path`` and return it.

    Its id becomes the folder's name where that can be an id. Raises: `InputError` where something
    stands there already, it cannot be written, or a shipped corridor has that name.
    """
    return _copy(_TEMPLATE, Path(path))


def copy_corridor(source: str | Path, path: str | Path) -> Path:
    """Copy a corridor folder, or a shipped corridor, to ``path`` and return it; its id becomes the new name.

    Raises: `InputError` as `new_corridor`, and if there is no such corridor.
    """
    folder, path = find_corridor(source), Path(path)
    if not (folder / SETTINGS_FILE).is_file():
        raise InputError(
            f"{folder} holds no corridor.yaml", hint="name a corridor folder or a shipped corridor"
        )
    if path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{path} lies in the folder that is copied", hint="choose a place outside of it")
    return _copy(folder, path)


def _copy(source: Path, path: Path) -> Path:
    name = path.resolve().name
    if name in shipped_corridors():
        hint = "choose another name, so that commands find both"
        raise InputError(f"{name} is the name of a shipped corridor", hint=hint)
    if path.is_dir() and any(path.iterdir()):
        raise InputError(f"{path} is not empty", hint="choose a new or empty folder")
    return write_folder(path, lambda folder: _fill(source, folder, name))


def _fill(source: Path, folder: Path, name: str) -> None:
    shutil.copytree(source, folder, dirs_exist_ok=True)
    try:
        TypeAdapter(Identifier).validate_python(name)
    except ValidationError:
        return
    settings = folder / SETTINGS_FILE
    text = _ID.sub(f"id: {name}", settings.read_text(encoding="utf-8"), count=1)
    settings.write_text(text, encoding="utf-8", newline="")
