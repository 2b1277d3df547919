"""The environment variables that a process needs before it imports TensorFlow, which reads them only once; and the
folder of compiled programs that one of them names.

Read by the cluster's worker processes and by the command line; imports no TensorFlow itself.
"""

import hashlib
import importlib.metadata
import os
import platform
import re
import tempfile
from contextlib import suppress
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
MAX_PROGRAM_BYTES = 64 * 2**20  # on the disk: a hundred programs, of which each shape of network makes one or two
_CACHE_FLAG = "--tf_xla_persistent_cache_directory"


def tensorflow_environment() -> dict[str, str]:
    """Return the variables to set, on top of what the visitor's own environment already says about them.

    Programs compiled by XLA are kept between starts: the same chunk of steps compiles in 1.2 s instead of 3.0 s.
    TensorFlow 2.21 finds one again when it made the same things before it in the same order, for it counts them in the
    names; so it is at every start of a worker, which compiles the built-in experiments first (`service/warm_ups.py`).
    """
    flags = os.environ.get("TF_XLA_FLAGS", "")
    if _CACHE_FLAG not in flags:
        folder = compiled_programs_folder()
        trim_compiled_programs(folder)
        # Flags are split at spaces, as in the path of C:\Users\Jane Doe; single quotes keep a path in one piece.
        flags = f"{flags} {_CACHE_FLAG}='{folder}'".strip()
    return {
        "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),  # errors only
        "TF_XLA_FLAGS": flags,
    }


def compiled_programs_folder(project_root: Path = PROJECT_ROOT) -> Path:
    """Return a writable folder of the app's own (mode 0700) for compiled programs, making it if need be.

    What lies there is run as machine code, so nobody else may write it: `.cache/xla` beside the app, else a folder of
    this user's in the system's temporary directory, else a fresh one that lasts as long as the machine keeps it. In it
    each kind of processor has a folder of its own: another's programs, come along on a disk, would end the process.
    """
    user = os.getuid() if hasattr(os, "getuid") else "own"
    for base in (project_root / ".cache" / "xla", Path(tempfile.gettempdir()) / f"lstm-xla-{user}"):
        folder = base / _processor()
        if _make_private(base) and _make_private(folder):
            return folder
    return Path(tempfile.mkdtemp(prefix="lstm-xla-"))


def trim_compiled_programs(folder: Path, max_bytes: int = MAX_PROGRAM_BYTES) -> None:
    """Remove the programs that were not used for longest (as far as the file system tells) until the rest fits."""
    found = []
    for file in folder.glob("xla_compile_cache__*"):
        with suppress(OSError):  # another process has just removed it
            known = file.stat()
            found.append((max(known.st_atime, known.st_mtime), known.st_size, file))
    too_many = sum(size for _, size, _ in found) - max_bytes
    for _, size, file in sorted(found):
        if too_many <= 0:
            return
        with suppress(OSError):
            file.unlink()
        too_many -= size


def own_programs_folder() -> Path | None:
    """Return the folder that this process keeps compiled programs in; None where it is somebody else's affair."""
    named = re.search(f"{_CACHE_FLAG}='([^']*)'", os.environ.get("TF_XLA_FLAGS", ""))
    folder = Path(named[1]) if named else Path()
    is_own = folder.name == _processor() or folder.name.startswith("lstm-xla-")
    return folder if is_own else None


def _processor() -> str:
    """Return a short name for what the machine can compute and what compiles for it."""
    told = [platform.system(), platform.machine(), platform.processor()]
    with suppress(OSError):
        told += re.findall(r"^(?:flags|Features)\s*:.*", Path("/proc/cpuinfo").read_text(), re.MULTILINE)[:1]
    for name in ("tensorflow-cpu", "tensorflow"):
        with suppress(importlib.metadata.PackageNotFoundError):
            told.append(importlib.metadata.version(name))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def _make_private(folder: Path) -> bool:
    """Make `folder` this user's alone; tell whether it is, and is writable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or "'" in str(folder):
            return False
        folder.chmod(0o700)  # fails when somebody else made it; mkdir leaves the mode of a folder that was there
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
