//! Attachments: files named by their content, written whole or not at all.

use std::fs;
use std::io::{Read, Write};

use lightsout_forge::Login;
use sha2::{Digest, Sha256};
use sqlx::{Row, SqliteConnection};

use crate::codec::{column, micros, whole};
use crate::{Local, LocalError};

/// What GitHub takes of any file.
const SIZE_LIMIT: u64 = 25 << 20;
const URL_PREFIX: &str = "https://forge.localhost/attachments/";

impl Local {
    /// Keeps a file and gives its address. The same content under the same name has the same address.
    pub(crate) async fn keep_attachment(
        &self,
        db: &mut SqliteConnection,
        author: &Login,
        file_name: &str,
        bytes: &[u8],
    ) -> Result<String, LocalError> {
        let size = bytes.len() as u64;
        if !(1..=SIZE_LIMIT).contains(&size) {
            return Err(LocalError::Size {
                what: "an attachment",
                least: 1,
                most: SIZE_LIMIT,
                unit: "bytes",
                found: size,
            });
        }
        let file_name = safe_name(file_name);
        let sha256 = hex(&Sha256::digest(bytes));
        let id = hex(&Sha256::digest(format!("{sha256}/{file_name}")))[..32].to_owned();
        self.write_attachment(&sha256, bytes)?;
        sqlx::query(
            "INSERT INTO attachment (id, file_name, sha256, size, author, at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(&id)
        .bind(&file_name)
        .bind(sha256)
        .bind(column(size))
        .bind(author.as_str())
        .bind(micros(self.now()))
        .execute(db)
        .await?;
        Ok(format!("{URL_PREFIX}{id}/{file_name}"))
    }

    /// Reads an attachment by its address, or says that it is larger than `limit`.
    pub(crate) async fn read_attachment(
        &self,
        db: &mut SqliteConnection,
        url: &str,
        limit: u64,
    ) -> Result<Vec<u8>, LocalError> {
        let unknown = || LocalError::not_found(format!("the attachment `{url}`"));
        let (id, file_name) = url
            .strip_prefix(URL_PREFIX)
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(unknown)?;
        let row = sqlx::query("SELECT sha256, size FROM attachment WHERE id = ? AND file_name = ?")
            .bind(id)
            .bind(file_name)
            .fetch_optional(db)
            .await?
            .ok_or_else(unknown)?;
        let size = whole(row.try_get("size")?)?;
        if size > limit {
            return Err(LocalError::Size {
                what: "the attachment",
                least: 1,
                most: limit,
                unit: "bytes",
                found: size,
            });
        }
        let sha256: String = row.try_get("sha256")?;
        let mut bytes = Vec::new();
        fs::File::open(self.attachments().join(&sha256))
            .and_then(|file| file.take(size + 1).read_to_end(&mut bytes))
            .map_err(LocalError::io(format!("reading the attachment `{url}`")))?;
        if hex(&Sha256::digest(&bytes)) == sha256 {
            Ok(bytes)
        } else {
            Err(LocalError::damaged(
                "an attachment",
                format!("`{url}` has changed"),
            ))
        }
    }

    fn write_attachment(&self, sha256: &str, bytes: &[u8]) -> Result<(), LocalError> {
        let folder = self.attachments();
        let path = folder.join(sha256);
        if fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes.len() as u64) {
            return Ok(());
        }
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(&folder)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(LocalError::io("writing an attachment"))
    }
}

/// What may stand in an address and in a file list: letters, digits, `.`, `-` and `_`, at most 100, no leading dot.
fn safe_name(file_name: &str) -> String {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let keep = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = last
        .trim_start_matches('.')
        .chars()
        .take(100)
        .map(keep)
        .collect();
    if name.is_empty() {
        "file".to_owned()
    } else {
        name
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_harmless_and_never_empty() {
        assert_eq!(safe_name("../../etc/pass wd.png"), "pass-wd.png");
        assert_eq!(safe_name("..\\x.jpg"), "x.jpg");
        assert_eq!(safe_name(".."), "file");
        assert_eq!(safe_name("фото.jpg"), "----.jpg");
        assert_eq!(safe_name(&"x".repeat(500)).len(), 100);
    }
}
