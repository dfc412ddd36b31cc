use super::cell::{Cell, Cells};
use super::*;

fn texts(cells: &Cells) -> Vec<(&str, usize)> {
    cells.iter().map(|cell| (cell.text, cell.at)).collect()
}

#[test]
fn cells_know_where_they_begin() {
    let mut cells = Cells::default();
    cells.split("a\t\tbc", '\t');
    assert_eq!(texts(&cells), [("a", 0), ("", 2), ("bc", 3)]);
    cells.split_words("  1   -1\t7 ");
    assert_eq!(texts(&cells), [("1", 2), ("-1", 6), ("7", 9)]);
    cells.split_quoted("é,\"x, \"\"y\"\"\",,z", ',').expect("closed");
    assert_eq!(texts(&cells), [("é", 0), ("x, \"y\"", 3), ("", 14), ("z", 15)]);
    cells.split_quoted("a,\"b\"c,\"\"", ',').expect("closed");
    assert_eq!(texts(&cells), [("a", 0), ("bc", 2), ("", 7)]);
    cells.split_quoted("a,", ',').expect("closed");
    assert_eq!(texts(&cells), [("a", 0), ("", 2)]);
    let open = cells.split_quoted("a,\"b", ',').expect_err("open");
    assert_eq!((open.reason, open.at), (Reason::OpenQuote, 2));
    assert!(cells.get(7).is_err());
}

#[test]
fn numbers_and_times() {
    let cell = |text| Cell { text, at: 0 };
    assert_eq!(cell(" 8.0 ").gpus().ok(), Some(8));
    assert_eq!(cell("0.0005").run().ok(), Some(Span::from_ms(1)));
    assert_eq!(cell("1e3").run().ok(), Some(Span::from_ms(1_000_000)));
    assert_eq!(cell("4294967295").whole().ok(), Some(u32::MAX));
    for text in ["", "1_000", "0x10", "1,5", "18446744073709551616e"] {
        assert_eq!(cell(text).gpus().map_err(|bad| bad.reason), Err(Reason::NotANumber), "{text}");
    }
    for (text, ms) in
        [("1970-01-01", 0), ("1970-01-01T00:00:01", 1000), ("1970-01-01 02:00+02:00", 0), ("1970-01-01 00:00:00.0015", 2)]
    {
        assert_eq!(cell(text).instant().ok(), Some(ms), "{text}");
    }
    for text in ["1969-12-31 23:59:59", "2171-01-01 00:00:00", "0001-01-01", "yesterday", "2017-02-30 00:00:00", "5"] {
        assert_eq!(cell(text).instant().map_err(|bad| bad.reason), Err(Reason::NotATime), "{text}");
    }
}

#[test]
fn formats_are_guessed_from_the_first_line_before_the_name() {
    let guess = |name: &str, first: &str| Format::guess(Path::new(name), first.as_bytes());
    assert_eq!(guess("x", "; Version: 2.2\n"), Some(Format::Swf));
    assert_eq!(guess("x.csv", "1 0 5 60 4 -1 -1 4 90 -1 1 1 1 -1 1 -1 -1 -1\n"), Some(Format::Swf));
    assert_eq!(guess("x.gz", "timestamp,duration,num_gpus,gpu_time,cluster\n"), Some(Format::Philly));
    assert_eq!(guess("x", "\"job_id\",submit_s,gpus,run_s\r\n"), Some(Format::Csv));
    assert_eq!(guess("x.trace.gz", "anything"), Some(Format::Gavel));
    assert_eq!(guess("x.csv.gz", "a,b,c\n"), Some(Format::Csv));
    assert_eq!(guess("x.CSV", "hello\n"), None);
    assert_eq!(guess("x.txt", "a,b,c\n"), None);
    for &format in Format::ALL {
        assert_eq!(format.name().parse::<Format>().ok(), Some(format));
    }
}
