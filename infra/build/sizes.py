"""Print the sizes of a build's artifacts, zipped as they are uploaded."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

KILOBYTE = 1000


def zipped_size(artifact: Path) -> int:
    """Return the size of an artifact as a zip, in bytes."""
    with io.BytesIO() as buffer:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in _files(artifact):
                archive.write(file, file.relative_to(artifact))
        return buffer.tell()


def show_sizes(built: Path) -> None:
    """Print the size of every artifact below SAM's build folder."""
    print(f"{'artifact':32} {'zipped kB':>10} {'kB':>8} {'files':>6}")
    for artifact in sorted(built.iterdir()):
        if artifact.is_dir():
            files = list(_files(artifact))
            whole = sum(file.stat().st_size for file in files) / KILOBYTE
            zipped = zipped_size(artifact) / KILOBYTE
            print(f"{artifact.name:32} {zipped:10,.1f} {whole:8,.0f} {len(files):6}")


def _files(artifact: Path) -> Iterator[Path]:
    return (path for path in sorted(artifact.rglob("*")) if path.is_file())
