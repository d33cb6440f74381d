//! A table that is printed while it grows, a page at a time: its columns are as wide as the pages so
//! far need. Cells are text that may be shown: whoever fills them has escaped what could steer the
//! terminal.

use unicode_width::UnicodeWidthStr as _;

/// A column: its heading, and how its cells lie under it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    heading: &'static str,
    /// In columns of the terminal, from the first line on.
    width: usize,
    is_right: bool,
}

impl Column {
    /// One whose cells begin under its heading.
    pub(super) const fn left(heading: &'static str) -> Self {
        Self { heading, width: heading.len(), is_right: false }
    }

    /// One whose cells end under its heading, such as numbers; at least `width` wide.
    pub(super) const fn right(heading: &'static str, width: usize) -> Self {
        Self { heading, width, is_right: true }
    }
}

/// The table, of `N` columns. The last one is not padded.
#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    columns: [Column; N],
    is_empty: bool,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(columns: [Column; N]) -> Self {
        Self { columns, is_empty: true }
    }

    /// Whether it has no row yet.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The lines for `rows`, after a heading where they are the first.
    pub(super) fn rows(&mut self, rows: &[[String; N]]) -> Vec<String> {
        for row in rows {
            for (column, cell) in self.columns.iter_mut().zip(row) {
                column.width = column.width.max(cell.width());
            }
        }
        let mut lines = Vec::with_capacity(rows.len() + 1);
        if self.is_empty && !rows.is_empty() {
            lines.push(self.line(self.columns.map(|column| column.heading)));
            self.is_empty = false;
        }
        lines.extend(rows.iter().map(|row| self.line(row.each_ref().map(String::as_str))));
        lines
    }

    fn line(&self, cells: [&str; N]) -> String {
        let mut line = String::new();
        for (index, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
            // Padding by columns, which are not characters.
            let padding = " ".repeat(column.width.saturating_sub(cell.width()));
            let gap = if index == 0 { "" } else { "  " };
            let (before, after) = match column.is_right {
                true => (padding.as_str(), ""),
                false if index + 1 == N => ("", ""),
                false => ("", padding.as_str()),
            };
            line.extend([gap, before, cell, after]);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<3> {
        Table::new([Column::left("NAME"), Column::right("SIZE", 6), Column::left("ID")])
    }

    fn row(name: &str, size: &str) -> [String; 3] {
        [name.to_owned(), size.to_owned(), "x".to_owned()]
    }

    #[test]
    fn columns_line_up_whatever_the_script() {
        let rows = table().rows(&[row("a", "3 B"), row("写真.jpg", "5.00 MiB")]);
        assert_eq!(
            rows,
            ["NAME          SIZE  ID", "a              3 B  x", "写真.jpg  5.00 MiB  x",]
        );
    }

    #[test]
    fn the_heading_comes_once_and_columns_grow() {
        let mut table = table();
        assert!(table.rows(&[]).is_empty());
        assert!(table.is_empty());
        assert_eq!(table.rows(&[row("a", "1")]), ["NAME    SIZE  ID", "a          1  x"]);
        assert_eq!(table.rows(&[row("abcdef", "1")]), ["abcdef       1  x"]);
        assert_eq!(table.rows(&[row("a", "1")]), ["a            1  x"]);
        assert!(!table.is_empty());
    }
}
