//! A package to install: a small tar.gz made on the spot, as a vendor would hand one over.

use std::io::Write;

/// A tarball with one program and its version.
pub fn tarball(name: &str, version: &str) -> Result<Vec<u8>, String> {
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let program = format!("#!/bin/sh\necho '{name} {version}'\n");
    for (path, mode, text) in [(format!("bin/{name}"), 0o755, program.as_str()), ("VERSION".to_owned(), 0o644, version)]
    {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(mode);
        header.set_mtime(0);
        archive.append_data(&mut header, path, text.as_bytes()).map_err(|e| e.to_string())?;
    }
    let mut gzip = archive.into_inner().map_err(|e| e.to_string())?;
    gzip.flush().map_err(|e| e.to_string())?;
    gzip.finish().map_err(|e| e.to_string())
}
