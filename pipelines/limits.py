"""What a change file may be at most. Beyond it a file is refused, so that one sender cannot stop the others."""

from __future__ import annotations

MIB = 1024 * 1024

#: The largest workbook of 100,000 rows that was measured is 17 MiB; a sheet's full million rows would be about 180.
FILE_BYTES = 256 * MIB
#: A sheet of a spreadsheet ends here, and no commune sends a tenth of it.
SHEET_ROWS = 1_048_576
#: The widest layout has 63 columns; a table of a thousand is no list of people.
COLUMNS = 1_000
#: What a cell of a spreadsheet holds at most.
CELL_CHARACTERS = 32_767
#: All cells of a file: 230,000 rows of the widest layout. A cell costs some 140 bytes until its row is taken in, so
#: that a file takes 2 GiB at most (28 million cells of 7 characters took 3.8).
CELLS = 15_000_000
#: All characters of a workbook: one long text may stand in all its cells, kept once in the file.
CHARACTERS = 400_000_000
SHEETS = 100
#: Where the heading must begin: titles, addresses and blank rows stand above it.
HEADING_WITHIN_ROWS = 40

#: The directory of an archive: some ten thousand entries. A workbook has a few dozen.
ARCHIVE_DIRECTORY_BYTES = 2 * MIB
ARCHIVE_ENTRIES = 2_000
#: What an archive may unpack to: the parts of a workbook of a million rows.
UNPACKED_BYTES = 2_048 * MIB
#: Sheets of equal rows pack 100 : 1; the best that the method can is 1,032 : 1, and only made files come near it.
PACKED_RATIO = 300
#: Below this size the ratio says nothing: a small part of blanks packs well and harms nobody.
RATIO_COUNTS_FROM_BYTES = 8 * MIB

#: The process that opens a workbook may take so much address space, time of a processor, and time on the wall.
#: 100,000 rows of 21 columns take 0.6 GiB and 4 seconds.
READER_BYTES = 2_048 * MIB
READER_CPU_SECONDS = 120
READER_SECONDS = 180
