"""Tables: XLSX, CSV and TSV."""
