"""PDF: text, layout and glyph boxes (PDFium), metadata (pypdf), OCR of scanned pages (tesseract)."""

import lazy_loader

__all__ = [
    "Boxes",
    "Pdf",
    "ocr_engine",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
