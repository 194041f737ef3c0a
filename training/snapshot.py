"""The bundled encoder's snapshot that travels with the package: `python -m training.snapshot`.

Wanted again when the encoder, PyTorch's exporter or what a snapshot holds changes.
"""

from __future__ import annotations

from rag.models.encoder.encoder import SHIPPED, SentenceEncoder, bundled_folder
from rag.models.encoder.export import export
from rag.models.encoder.reference import Reference


def main() -> None:
    """Exports, compares with the reference, and says where the file lies."""
    folder = bundled_folder()
    if not export(Reference(str(folder), "cpu", offline=True), folder, SentenceEncoder().fingerprint, SHIPPED):
        raise SystemExit(SHIPPED.with_suffix(".none").read_text("utf-8"))
    print(f"{SHIPPED}: {SHIPPED.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
