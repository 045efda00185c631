//! Where backups lie: a folder or a bucket.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};

use crate::failed::ShippingError;

/// Longest wait for one request.
const REQUEST_MAX: Duration = Duration::from_secs(30);
/// Tries beyond the first that the client makes by itself; the shipper goes on trying anyway.
const RETRIES_MAX: usize = 2;
const RETRY_FOR: Duration = Duration::from_secs(10);
const EXPECTED: &str = "the backup URL is neither file:///FOLDER nor s3://BUCKET/FOLDER";

/// A folder in a store of objects.
#[derive(Clone)]
pub struct Place {
    store: Arc<dyn ObjectStore>,
    root: Path,
    shown: String,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

fn unreachable(error: object_store::Error) -> ShippingError {
    ShippingError::Unreachable(error.to_string())
}

impl Place {
    /// Checks an address without touching what it names: `file:///FOLDER` or `s3://BUCKET/FOLDER`.
    ///
    /// # Errors
    /// `Input`, which never repeats the address: there may be a password in it.
    pub fn check(url: &str) -> Result<(), ShippingError> {
        parts(url).map(|_| ())
    }

    /// Opens a place; a folder is made when missing. What S3 needs comes from the usual `AWS_*` variables.
    ///
    /// # Errors
    /// `Input`, which never repeats the address: there may be a password in it.
    pub fn open(url: &str) -> Result<Self, ShippingError> {
        let (scheme, rest) = parts(url)?;
        if scheme == "file" {
            let made = std::fs::create_dir_all(rest).and_then(|()| std::fs::canonicalize(rest));
            let folder = made.map_err(ShippingError::disk("the folder of backups"))?;
            let store = LocalFileSystem::new_with_prefix(&folder).map_err(unreachable)?.with_fsync(true);
            return Ok(Self { store: Arc::new(store), root: Path::default(), shown: url.to_owned() });
        }
        let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
        let root = Path::parse(folder).map_err(|_| ShippingError::Input(EXPECTED.to_owned()))?;
        let retry = RetryConfig { max_retries: RETRIES_MAX, retry_timeout: RETRY_FOR, ..RetryConfig::default() };
        let plain = std::env::var("AWS_ENDPOINT_URL").is_ok_and(|endpoint| endpoint.starts_with("http://"));
        let client = ClientOptions::new().with_timeout(REQUEST_MAX).with_allow_http(plain);
        let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
        let store = builder.with_client_options(client).with_retry(retry).build();
        let store = store.map_err(|error| ShippingError::Input(format!("the backup URL: {error}")))?;
        Ok(Self { store: Arc::new(store), root, shown: url.to_owned() })
    }

    fn path(&self, name: &str) -> Path {
        name.split('/').filter(|part| !part.is_empty()).fold(self.root.clone(), |path, part| path.join(part))
    }

    /// Puts an object; whole or not at all.
    pub(crate) async fn put(&self, name: &str, bytes: Bytes) -> Result<(), ShippingError> {
        self.store.put(&self.path(name), bytes.into()).await.map(|_| ()).map_err(unreachable)
    }

    /// An object; one that isn't there is damage.
    pub(crate) async fn get(&self, name: &str) -> Result<Bytes, ShippingError> {
        self.find(name).await?.ok_or_else(|| ShippingError::damaged(name, "is missing"))
    }

    /// An object, if it is there.
    pub(crate) async fn find(&self, name: &str) -> Result<Option<Bytes>, ShippingError> {
        match self.store.get(&self.path(name)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(unreachable)?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unreachable(error)),
        }
    }

    /// The names of the folders right below one, sorted.
    pub(crate) async fn folders(&self, below: &str) -> Result<Vec<String>, ShippingError> {
        let path = self.path(below);
        let listed = self.store.list_with_delimiter(Some(&path)).await.map_err(unreachable)?;
        let mut names: Vec<String> =
            listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// The last parts of the names of all objects below a folder.
    pub(crate) async fn names(&self, below: &str) -> Result<Vec<String>, ShippingError> {
        let path = self.path(below);
        let listed = self.store.list(Some(&path));
        listed
            .try_filter_map(|found| async move { Ok(found.location.filename().map(str::to_owned)) })
            .try_collect()
            .await
            .map_err(unreachable)
    }

    /// Removes objects; those that aren't there are no fault.
    pub(crate) async fn remove(&self, names: &[String]) -> Result<(), ShippingError> {
        for name in names {
            match self.store.delete(&self.path(name)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(unreachable(error)),
            }
        }
        Ok(())
    }

    /// Removes all that lies below a folder.
    pub(crate) async fn remove_folder(&self, folder: &str) -> Result<(), ShippingError> {
        let path = self.path(folder);
        let found = self.store.list(Some(&path)).map_ok(|found| found.location).boxed();
        self.store.delete_stream(found).try_for_each(|_| async { Ok(()) }).await.map_err(unreachable)
    }
}

fn parts(url: &str) -> Result<(&'static str, &str), ShippingError> {
    let expected = || ShippingError::Input(EXPECTED.to_owned());
    let (scheme, rest) = url.split_once("://").ok_or_else(expected)?;
    if rest.contains(['?', '#']) || rest.split('/').any(|part| part == ".." || part == ".") {
        return Err(expected());
    }
    match scheme {
        "file" if rest.starts_with('/') => Ok(("file", rest)),
        "s3" if rest.contains('@') || rest.split('/').next().is_some_and(|bucket| bucket.contains(':')) => {
            let what = "the backup URL has a password in it: give it as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
            Err(ShippingError::Input(what.to_owned()))
        }
        "s3" if !rest.is_empty() && !rest.starts_with('/') => Ok(("s3", rest)),
        _ => Err(expected()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_none_is_refused_and_never_repeated() {
        Place::check("file:///var/backups/raally").expect("a folder");
        Place::check("s3://bucket/some/folder").expect("a bucket");
        Place::check("s3://bucket").expect("a bucket");
        let wrong = [
            "",
            "/var/backups",
            "ftp://secret@host/x",
            "gs://secret",
            "file://secret/x",
            "s3://",
            "s3:///secret",
            "s3://key:secret@bucket/x",
            "s3://key:secret/x",
            "file:///a/../secret",
            "s3://bucket/secret?x=1",
        ];
        for url in wrong {
            let error = Place::check(url).expect_err(url).to_string();
            assert!(!error.contains("secret@") && !error.contains("secret/") && !error.contains("/secret"), "{error}");
        }
    }
}
