"""Workbooks that travel on: nothing in them is run, followed or taken for a number by whoever opens them."""

from typing import BinaryIO

import xlsxwriter

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(target: BinaryIO, *, row_by_row: bool = False) -> xlsxwriter.Workbook:
    """A workbook to be written to `target`; one of many rows is written from the top down and not held as a whole."""
    return xlsxwriter.Workbook(target, SAFE | {"constant_memory": row_by_row})


def harmless(value) -> str:
    """Text that no spreadsheet reads as a formula, not even after it has travelled as CSV; "" for None."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text
