//! Tables of an export are read page by page: no row twice, none left out.

use chassis::vault::Vault;
use finance::domain::ExportTable;
use finance::storage::exports::{self, Place};

use crate::exports::Desk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_any_size_make_the_same_table() {
    let desk = Desk::open().await;
    desk.told(&[]);
    let keys = &desk.house.region.keys;
    let vault = Vault::from_files(&keys.region_key_file, &keys.index_key_file).unwrap();
    let mut connection = desk.house.running.database.admin.acquire().await.unwrap();
    let export = exports::all(&mut connection).await.unwrap().pop().unwrap();

    for (table, least) in [(ExportTable::Staff, 3), (ExportTable::TimeSheets, 4), (ExportTable::Ledger, 4)] {
        let all = exports::rows(&mut connection, &vault, &export, table, Place::Start, i64::MAX);
        let (whole, _) = all.await.unwrap();
        assert!(whole.len() >= least, "{table:?} has {} rows", whole.len());
        for limit in [1, 2, 3] {
            let (mut found, mut place) = (Vec::new(), Some(Place::Start));
            while let Some(from) = place {
                let page = exports::rows(&mut connection, &vault, &export, table, from, limit);
                let (rows, next) = page.await.unwrap();
                assert!(rows.len() <= usize::try_from(limit).unwrap());
                found.extend(rows);
                assert!(found.len() <= whole.len(), "{table:?} in pages of {limit} has rows twice");
                place = next;
            }
            assert_eq!(found, whole, "{table:?} in pages of {limit}");
        }
    }
}
