use std::sync::Mutex;

use cidlock_crypto::token::TokenLimits;
use cidlock_crypto::{Realm, UnixTime};

use super::*;
use crate::store::UserId;
use crate::store::conformance::sample::Upload;

#[test]
fn a_part_of_a_name_is_found_whatever_its_case() {
    for (query, name, found) in [
        ("report", "Quarterly REPORT.pdf", true),
        ("REPORT", "report", true),
        ("t.p", "Report.pdf", true),
        ("report ", "report", false),
        ("reporter", "report", false),
        ("*", "report", false),
        (".", "report", false),
        ("ÜBER", "für über.txt", true),
        ("straße", "STRASSE", false),
        // At the end of a word this letter has another lower case, but not alone.
        ("Σ", "ΟΔΟΣ", true),
        ("ΟΔΟΣ", "ΟΔΟΣΑ", true),
        ("i\u{307}", "\u{130}stanbul", true),
        ("写", "写真.jpg", true),
        // Not normalised.
        ("é", "cafe\u{301}", false),
        ("e", "cafe\u{301}", true),
    ] {
        assert_eq!(NameQuery::parse(query).unwrap().is_in(name), found, "{query} in {name}");
    }
}

#[test]
fn what_is_searched_for_has_1_to_255_bytes() {
    for (len, fits) in [(0, false), (1, true), (255, true), (256, false)] {
        assert_eq!(NameQuery::parse(&"x".repeat(len)).is_ok(), fits, "{len}");
    }
    assert!(NameQuery::parse(&"é".repeat(128)).is_err(), "bytes, not characters");
}

/// Files named by their place, `n0` being the newest, and those at `hits` also `hit`.
struct Shelf {
    search: Search,
    rows: Vec<FileRow>,
    hits: Vec<usize>,
    /// The most rows that it gives at once.
    most_at_once: usize,
    /// The sizes of the pages that were asked for.
    asked: Mutex<Vec<usize>>,
}

impl Shelf {
    fn new(count: usize, hits: &[usize]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.json");
        let realm = Realm::parse("urn:uuid:search").unwrap();
        let keyring = Keyring::create(&path, realm, UnixTime(1), TokenLimits::default()).unwrap();
        let owner = UserId::generate();
        let row = |place: usize| {
            let mut upload = Upload::new(owner, UnixTime(1_800_000_000 - place as u64));
            let name = if hits.contains(&place) { "HIT" } else { "other" };
            upload.statement.name = format!("n{place} {name}");
            let mut row = upload.acknowledge().unwrap().file().clone();
            row.statement = keyring.keys().sign_statement(&upload.statement).unwrap();
            row
        };
        let rows = (0..count).map(row).collect();
        let query = Arc::new(NameQuery::parse("hit").unwrap());
        let search = Search { keyring: Arc::new(keyring), query };
        Self { search, rows, hits: hits.to_vec(), most_at_once: 500, asked: Mutex::default() }
    }

    fn page(&self, after: Option<Cursor>, limit: PageLimit) -> Page<FileRow> {
        self.asked.lock().unwrap().push(limit.items());
        let is_last = |row: &FileRow| after == Some(row.position());
        let begin = self.rows.iter().position(is_last).map_or(0, |last| last + 1);
        let end = self.rows.len().min(begin + limit.items().min(self.most_at_once));
        let items = self.rows[begin..end].to_vec();
        let more = items.last().filter(|_| end < self.rows.len());
        Page { next: more.map(FileRow::position), items }
    }

    /// What one call answers: the places found, and where the next begins.
    async fn call(
        &self,
        after: Option<Cursor>,
        limit: u64,
        most: usize,
    ) -> Result<(Vec<usize>, Option<Cursor>), FilesError> {
        let limit = PageLimit::new(limit).unwrap();
        let rows = async |after, limit| Ok(self.page(after, limit));
        let page = self.search.run(rows, after, limit, most).await?;
        let place = |file: &FileInfo| self.rows.iter().position(|row| row.id == file.row.id);
        let places: Option<Vec<usize>> = page.items.iter().map(place).collect();
        Ok((places.unwrap(), page.next))
    }

    /// All pages to the end.
    async fn pages(&self, limit: u64, most: usize) -> Vec<Vec<usize>> {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let (places, next) = self.call(after, limit, most).await.unwrap();
            pages.push(places);
            after = next;
            if after.is_none() {
                return pages;
            }
        }
    }
}

#[tokio::test]
async fn every_match_comes_once_in_order_however_it_is_asked_for() {
    for hits in [&[][..], &[0], &[10], &[0, 1, 2, 3], &[2, 3, 7, 10], &[4, 5]] {
        let mut shelf = Shelf::new(11, hits);
        for (at_once, limit) in
            [1, 2, 3, 500].into_iter().flat_map(|n| [1, 2, 3, 11, 500].map(|limit| (n, limit)))
        {
            shelf.most_at_once = at_once;
            for most in [1, 2, 3, 4, 5, 10, 11, 12, 10_000] {
                let what = format!("{at_once} at once, {limit} a page, {most} rows a call");
                let pages = shelf.pages(limit, most).await;
                assert_eq!(pages.concat(), shelf.hits, "{what}");
                let fits = |page: &Vec<usize>| page.len() <= usize::try_from(limit).unwrap();
                assert!(pages.iter().all(fits), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_call_ends_with_its_last_row_and_says_whether_there_are_more() {
    let shelf = Shelf::new(6, &[5]);
    for (most, expected) in [
        // The last row is found in the call that opens it, and nothing is left.
        (6, vec![vec![5]]),
        (7, vec![vec![5]]),
        (5, vec![vec![], vec![5]]),
        (3, vec![vec![], vec![5]]),
        (2, vec![vec![], vec![], vec![5]]),
    ] {
        assert_eq!(shelf.pages(1, most).await, expected, "{most} rows a call");
    }
    // As many as were wanted before the rows end: whether more match is not known yet.
    let shelf = Shelf::new(6, &[0, 1]);
    assert_eq!(shelf.pages(1, 6).await, [vec![0], vec![1], vec![]]);
    assert_eq!(shelf.pages(2, 6).await, [vec![0, 1], vec![]]);
    assert_eq!(Shelf::new(0, &[]).pages(1, 6).await, [Vec::<usize>::new()]);
}

#[tokio::test]
async fn no_more_rows_are_asked_for_than_may_be_opened() {
    let mut shelf = Shelf::new(6, &[]);
    assert!(shelf.call(None, 1, 4).await.unwrap().0.is_empty());
    assert_eq!(*shelf.asked.lock().unwrap(), [4]);
    shelf.asked.lock().unwrap().clear();
    shelf.most_at_once = 2;
    let next = shelf.call(None, 500, 5).await.unwrap().1;
    assert_eq!(next, Some(shelf.rows[4].position()));
    assert_eq!(*shelf.asked.lock().unwrap(), [5, 3, 1]);
}

#[tokio::test]
async fn a_row_that_does_not_open_is_damage_here_as_in_a_list() {
    let mut shelf = Shelf::new(3, &[0, 1, 2]);
    shelf.rows[1].statement = "damaged".to_owned();
    assert_eq!(shelf.call(None, 1, 10).await.unwrap().0, [0]);
    let call = shelf.call(None, 2, 10).await;
    assert!(matches!(call, Err(FilesError::Statement(_))), "{call:?}");
}

#[tokio::test]
async fn a_search_ends_when_nobody_waits_for_it() {
    let shelf = Arc::new(Shelf::new(4, &[]));
    let (reached, is_reached) = tokio::sync::oneshot::channel();
    let reached = Mutex::new(Some(reached));
    let held = shelf.clone();
    let rows = move |after: Option<Cursor>, _| {
        let page = held.page(after, PageLimit::at_most(1));
        let reached = after.and_then(|_| reached.lock().unwrap().take());
        let held = held.clone();
        async move {
            match reached {
                None => Ok(page),
                Some(reached) => {
                    reached.send(()).unwrap();
                    // For ever.
                    std::future::pending::<()>().await;
                    Ok(held.page(None, PageLimit::MAX))
                }
            }
        }
    };
    let search = shelf.search.clone();
    let running = search.run(rows, None, PageLimit::MAX, 100);
    tokio::select! {
        _ = running => panic!("it waits for its second page"),
        reached = is_reached => reached.unwrap(),
    }
    assert_eq!(Arc::strong_count(&shelf), 1, "nobody goes on with it");
}
