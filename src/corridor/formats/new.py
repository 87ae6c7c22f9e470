"""A first folder to start from."""

from __future__ import annotations

import shutil
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from corridor.formats.folder import shipped_corridors
from corridor.formats.layout import SETTINGS_FILE
from corridor.formats.save import write_folder
from corridor.model import InputError
from corridor.model.declared import Identifier

_TEMPLATE = Path(__file__).parent / "template"
_TEMPLATE_ID = "id: my-corridor"


def new_corridor(path: str | Path) -> Path:
    """Write a small working corridor with comments to ``path`` and return it.

    Its id becomes the folder's name where that can be an id. Raises: `InputError` where something
    stands there already, it cannot be written, or a shipped corridor has that name.
    """
    path = Path(path)
    name = path.resolve().name
    if name in shipped_corridors():
        raise InputError(
            f"{name} is the name of a shipped corridor",
            hint="choose another name, so that commands find both",
        )
    if path.is_dir() and any(path.iterdir()):
        raise InputError(f"{path} is not empty", hint="choose a new or empty folder")
    return write_folder(path, lambda folder: _fill(folder, name))


def _fill(folder: Path, name: str) -> None:
    shutil.copytree(_TEMPLATE, folder, dirs_exist_ok=True)
    try:
        TypeAdapter(Identifier).validate_python(name)
    except ValidationError:
        return
    settings = folder / SETTINGS_FILE
    text = settings.read_text(encoding="utf-8").replace(_TEMPLATE_ID, f"id: {name}")
    settings.write_text(text, encoding="utf-8", newline="")
