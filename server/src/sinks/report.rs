//! Reports that are written to a file: the work of an export job, outside of the request that asked for it. The file is made a
//! portion at a time, as whoever asked may see the directory, packed on the way, and kept as a blob.

use std::borrow::Cow;
use std::future::Future;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use devices::export::{self, Asked};
use directory::{Caller, Change, Decision, Id, Object};
use engine::{Delivery, Engine, Fault, Sink, Submission, View};
use schema::device_management_export_job::{DEVICE_MANAGEMENT_EXPORT_JOB, EXPIRATION_DATE_TIME, STATUS};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// How many objects are looked at for one portion of the file.
const PORTION: usize = 256;
/// Attempts after which a report counts as failed.
const ATTEMPTS_MAX: u32 = 5;
const WRITING: &str = "writing a report";

pub struct Reports;

impl Sink for Reports {
    fn deliver<'a>(
        &'a self,
        engine: &'a Engine,
        delivery: Delivery,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(async move {
            let id = delivery.body.guid("job").ok_or("the work is for no job")?;
            work(engine, id, delivery.attempt).await
        })
    }
}

/// Do a job, or forget one whose time is over. A repeat begins anew; what it makes is the same file or a newer one.
async fn work(engine: &Engine, id: Id, attempt: u32) -> Result<(), String> {
    let now = engine.snapshot();
    let Some(job) = now.find_a(&DEVICE_MANAGEMENT_EXPORT_JOB, id) else { return Ok(()) };
    if job.get(EXPIRATION_DATE_TIME).is_none_or(|end| end <= engine.now()) {
        return write(engine, "Remove expired report", vec![Change::Delete { id }]).await;
    }
    if !matches!(job.get(STATUS), Some("notStarted" | "inProgress")) {
        return Ok(());
    }
    write(engine, "Begin report", export::started(id)).await?;
    let caller = export::asker(engine.tenant(), job);
    let asked = Asked::of(job).ok().zip(caller);
    let made = match asked {
        Some((asked, caller)) => made(engine, id, asked, &caller).await,
        None => return write(engine, "End report", export::failed(id)).await,
    };
    match made {
        Ok((sha256, size)) => {
            let size = i64::try_from(size).unwrap_or(i64::MAX);
            write(engine, "Complete report", export::completed(id, &sha256, size, engine.now())).await
        }
        Err(fault) if attempt >= ATTEMPTS_MAX => {
            tracing::error!(%fault, "a report could not be written");
            write(engine, "End report", export::failed(id)).await
        }
        Err(fault) => Err(fault.to_string()),
    }
}

async fn write(engine: &Engine, operation: &str, changes: Vec<Change>) -> Result<(), String> {
    let caller = Caller::system(engine.tenant());
    let id = changes.first().map(Change::subject);
    let submission = Submission::proven(&caller, operation, move |now, _| {
        // Whoever asked may have deleted it in the meantime.
        let is_there = id.is_some_and(|id| now.find(id).is_some());
        Ok(Decision::change(if is_there { changes.clone() } else { Vec::new() }))
    });
    engine.submit(submission).await.map(|_| ()).map_err(|failure| failure.to_string())
}

async fn made(engine: &Engine, id: Id, asked: Asked, caller: &Caller) -> Result<(String, u64), Fault> {
    let name = format!("{}_{}", asked.report.name, id);
    let mut writing = Writing::begin(engine.view(caller), asked, &name)?;
    engine.blob_join(move || writing.next()).await
}

/// Where the packed bytes wait to be taken.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<Vec<u8>>>);

impl Waiting {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Waiting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that is being written.
struct Writing {
    view: View,
    asked: Asked,
    waiting: Waiting,
    /// Absent once the end is written.
    zip: Option<ZipWriter<StreamWriter<Waiting>>>,
    after: Option<Id>,
    has_rows: bool,
}

impl Writing {
    fn begin(view: View, asked: Asked, name: &str) -> Result<Writing, Fault> {
        let waiting = Waiting::default();
        let mut zip = ZipWriter::new_stream(waiting.clone());
        let ending = if asked.is_json { "json" } else { "csv" };
        // A report may be of any length, and how long it is nobody knows before its end.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
        zip.start_file(format!("{name}.{ending}"), options).map_err(|why| Fault::definite(WRITING, why))?;
        let mut writing = Writing { view, asked, waiting, zip: Some(zip), after: None, has_rows: false };
        let columns: Vec<&str> = writing.columns().collect();
        let head = if writing.asked.is_json { b"[".to_vec() } else { line(&columns)? };
        writing.put(&head)?;
        Ok(writing)
    }

    fn columns(&self) -> impl Iterator<Item = &'static str> {
        let all = self.asked.report.columns;
        self.asked.columns.iter().filter_map(move |at| all.get(*at).map(|(name, _)| *name))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let Some(zip) = &mut self.zip else { return Ok(()) };
        zip.write_all(bytes).map_err(|why| Fault::definite(WRITING, why))
    }

    /// The next packed bytes; nothing after the end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        loop {
            let bytes = self.waiting.take();
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
            if self.zip.is_none() {
                return Ok(None);
            }
            self.portion()?;
        }
    }

    fn portion(&mut self) -> Result<(), Fault> {
        let kind = self.asked.report.of;
        let now = self.view.now().clone();
        let objects: Vec<&Object> = now.all_after(kind.id(), self.after).take(PORTION).collect();
        let Some(last) = objects.last() else { return self.end() };
        self.after = Some(last.id);
        let mut text = Vec::new();
        for object in objects {
            let may_read = self.view.sees(object) && self.view.may_read_one(object).is_ok();
            if !may_read {
                continue;
            }
            let mut rows = self.asked.report.rows(&now, object);
            rows.retain(|row| self.asked.filter.matches(row));
            for row in rows {
                self.row(&row, &mut text)?;
            }
        }
        self.put(&text)
    }

    fn row(&mut self, row: &[String], text: &mut Vec<u8>) -> Result<(), Fault> {
        let cells = self.asked.columns.iter().map(|at| row.get(*at).map(String::as_str).unwrap_or_default());
        if !self.asked.is_json {
            text.extend(line(&cells.collect::<Vec<_>>())?);
            return Ok(());
        }
        let members: serde_json::Map<String, serde_json::Value> =
            self.columns().zip(cells).map(|(name, cell)| (name.to_owned(), cell.into())).collect();
        text.extend_from_slice(if self.has_rows { b",\n" } else { b"\n" });
        self.has_rows = true;
        serde_json::to_writer(text, &members).map_err(|why| Fault::definite(WRITING, why))
    }

    fn end(&mut self) -> Result<(), Fault> {
        if self.asked.is_json {
            self.put(b"\n]\n")?;
        }
        let Some(zip) = self.zip.take() else { return Ok(()) };
        zip.finish().map(|_| ()).map_err(|why| Fault::definite(WRITING, why))
    }
}

/// A line of CSV (RFC 4180). Each cell is in quotes: a program that splits at semicolons must not find cells within cells.
fn line(cells: &[&str]) -> Result<Vec<u8>, Fault> {
    let style = csv::QuoteStyle::Always;
    let mut writer =
        csv::WriterBuilder::new().quote_style(style).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer
        .write_record(cells.iter().map(|cell| plain(cell).into_owned()))
        .map_err(|why| Fault::definite(WRITING, why))?;
    writer.into_inner().map_err(|why| Fault::definite(WRITING, why.to_string()))
}

/// A text that a spreadsheet takes for text. What devices call themselves is anybody's to choose, and a cell that begins like a
/// formula is carried out as one where the file is opened (OWASP, CSV Injection): an apostrophe before it says that it is none.
fn plain(cell: &str) -> Cow<'_, str> {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{cell}"))
        }
        _ => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use std::io::{Cursor, Read};

    use directory::{Actor, Call, Record, Snapshot, Time, Value};
    use engine::testing::{OpenGate, TENANT};
    use schema::device_management_export_job::{FILTER, FORMAT, REPORT_NAME, REPORT_SHA256, SELECT};
    use schema::managed_device::{DEVICE_NAME, MANAGED_DEVICE};

    use super::*;

    static ROOMS: &[&directory::Room] = &[&devices::ROOM];

    fn id(n: u128) -> Id {
        Id::from_u128(n)
    }

    fn create(id: Id, kind: &'static directory::Kind, attributes: Vec<(directory::AttrId, Value)>) -> Change {
        Change::Create { id, kind: kind.id(), attributes }
    }

    /// Three portions of devices, and a report of them as Ann asked for it.
    async fn report(more: Vec<(directory::AttrId, Value)>) -> (Engine, String) {
        let (engine, _) = engine::testing::engine(schema::model(), ROOMS, Arc::new(OpenGate));
        let device =
            |n: u128| create(id(1000 + n), &MANAGED_DEVICE, vec![(DEVICE_NAME.id, format!("lt-{n}, \"x\"").into())]);
        let devices: Vec<Change> = (0..2 * PORTION as u128 + 1).map(device).collect();
        let mut attributes: Vec<(directory::AttrId, Value)> = vec![(REPORT_NAME.id, "Devices".into())];
        attributes.extend(more);
        let ann = Caller { actor: Actor::User(id(1)), ..Caller::system(TENANT) };
        let job = create(id(9), &DEVICE_MANAGEMENT_EXPORT_JOB, attributes);
        for changes in [devices, vec![job]] {
            let submission = Submission::proven(&ann, "Test", move |_: &Snapshot, _: &Call<'_>| {
                Ok(Decision::change(changes.clone()))
            });
            engine.submit(submission).await.unwrap();
        }
        engine.settled().await;
        let delivery = Delivery { id: id(5), attempt: 1, body: Record::new().with("job", id(9)) };
        Reports.deliver(&engine, delivery).await.unwrap();
        let now = engine.snapshot();
        let job = now.get(id(9)).unwrap();
        assert_eq!(job.get(STATUS), Some("completed"));
        let bytes = engine.blob_get(job.get(REPORT_SHA256).unwrap()).unwrap().unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut file = archive.by_index(0).unwrap();
        assert!(file.name().unwrap().starts_with("Devices_"));
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        drop(file);
        (engine, text)
    }

    #[tokio::test]
    async fn a_report_has_every_row_and_the_columns_that_were_asked_for() {
        let columns = vec!["DeviceName".to_owned(), "DeviceId".to_owned()];
        let (engine, text) = report(vec![(SELECT.id, columns.into())]).await;
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[0], "\"DeviceName\",\"DeviceId\"");
        assert_eq!(lines[1], format!("\"lt-0, \"\"x\"\"\",\"{}\"", id(1000)));
        assert_eq!(lines.len(), 1 + 2 * PORTION + 1 + 1, "a line for each, and the end of the last");
        // When its time is over it is forgotten.
        let over = Change::set(id(9), EXPIRATION_DATE_TIME, Time::from_unix(0));
        write(&engine, "Test", vec![over]).await.unwrap();
        work(&engine, id(9), 1).await.unwrap();
        assert!(engine.snapshot().find(id(9)).is_none());
        work(&engine, id(9), 1).await.unwrap();
    }

    #[test]
    fn a_cell_that_would_be_carried_out_is_a_text() {
        for (cell, expected) in [
            ("lt-1", "\"lt-1\""),
            ("=HYPERLINK(\"//x\")", "\"'=HYPERLINK(\"\"//x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1+cmd|' /C calc'!A0", "\"'-1+cmd|' /C calc'!A0\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r\n=1", "\"'\r\n=1\""),
            ("＝1", "\"'＝1\""),
            // Programs that split at semicolons leave alone what is in quotes.
            ("a;=1", "\"a;=1\""),
            ("", "\"\""),
        ] {
            assert_eq!(String::from_utf8(line(&[cell]).unwrap()).unwrap(), format!("{expected}\r\n"), "{cell}");
        }
    }

    #[tokio::test]
    async fn a_report_in_json_is_filtered_alike() {
        let filter = "DeviceName eq 'lt-7, \"x\"'";
        let (_, text) = report(vec![(FORMAT.id, "json".into()), (FILTER.id, filter.into())]).await;
        let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["DeviceId"], id(1007).to_string());
    }
}
