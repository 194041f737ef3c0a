"""Office documents: DOCX, ODT, PPTX, RTF, and EPUB."""
