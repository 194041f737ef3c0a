from .ocr import ocr_engine as ocr_engine
from .pdfium import Boxes as Boxes
from .pdfium import Pdf as Pdf
