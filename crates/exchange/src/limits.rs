//! Every bound on what is read. A file outside of one is refused with an error that names the bound.

/// Largest CSV file, in bytes.
pub const CSV_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Largest XLSX file, packed, in bytes.
pub const XLSX_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Largest Microsoft Project XML file, in bytes; it is read into memory.
pub const MSPDI_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Largest iCalendar file, in bytes; it is read into memory.
pub const ICS_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Rows of a table, the header included.
pub const ROWS_MAX: u64 = 1_000_000;
/// Columns of a table.
pub const COLUMNS_MAX: usize = 10_000;
/// Text of one cell, in bytes. Excel's own limit is 32,767 characters.
pub const CELL_BYTES_MAX: usize = 32 * 1024 * 4;
/// One record of a CSV file with all its cells, in bytes.
pub const CSV_RECORD_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Parts (files) inside an XLSX.
pub const ZIP_ENTRIES_MAX: u64 = 10_000;
/// Unpacked size of everything that is read of an XLSX, in bytes.
pub const UNZIPPED_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Unpacked ÷ packed of one part of an XLSX; looked at when the part is larger than [`UNZIP_RATIO_FREE_BYTES`].
pub const UNZIP_RATIO_MAX: u64 = 250;
/// Parts below this unpacked size may have any ratio.
pub const UNZIP_RATIO_FREE_BYTES: u64 = 1024 * 1024;
/// Shared strings of an XLSX: how many.
pub const SHARED_STRINGS_MAX: usize = 2_000_000;
/// Shared strings of an XLSX: bytes together.
pub const SHARED_STRINGS_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Merged ranges of a sheet.
pub const MERGED_RANGES_MAX: usize = 100_000;
/// Sheets of a workbook, cell formats and number formats of its style sheet.
pub const WORKBOOK_ITEMS_MAX: usize = 65_536;
/// Depth of elements in XML.
pub const XML_DEPTH_MAX: usize = 64;
/// One tag with its attributes, or one run of text, in XML, in bytes.
pub const XML_TOKEN_BYTES_MAX: u64 = 1024 * 1024;
/// Calendars, resources, tasks and assignments of a Microsoft Project file, each.
pub const MSPDI_ITEMS_MAX: usize = 200_000;
/// `TimephasedData` of a Microsoft Project file, together.
pub const MSPDI_TIMEPHASED_MAX: usize = 5_000_000;
/// Days that one `TimephasedData` or one assignment may reach over.
pub const MSPDI_DAYS_MAX: i64 = 3_660;
/// Spans (days with work) of one assignment; as the domain has it.
pub const SPANS_MAX: usize = 4_000;
/// Depth of `BEGIN` in iCalendar.
pub const ICS_DEPTH_MAX: usize = 4;
/// Days of one holiday.
pub const HOLIDAY_DAYS_MAX: i64 = 366;
/// Holidays that one file may give after its yearly rules are expanded.
pub const HOLIDAYS_MAX: usize = 100_000;
/// Rows that are kept to find the header and to show in a preview.
pub const SAMPLE_ROWS: usize = 60;
/// Distinct people, clients and projects that one table may name, together.
pub const NAMES_MAX: usize = 300_000;
