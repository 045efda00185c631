//! Files of the web application: tags, caching, compressed copies, and the fallback to its index.

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, VARY};
use http::{HeaderMap, HeaderValue};

use crate::answer::Answer;
use crate::input::decoded;

/// One file.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its bytes.
    pub bytes: Bytes,
    /// Changes with the bytes; letters and digits.
    pub tag: String,
}

/// Where the files come from, usually embedded in the program.
pub trait Assets: Send + Sync + 'static {
    /// The file at a path without a leading slash. `a.js.br` and `a.js.gz` are compressed copies of `a.js`.
    fn get(&self, path: &str) -> Option<Asset>;
}

/// The file for a path; the index for a path of the application's own router.
pub(crate) fn find(assets: &dyn Assets, path: &str, headers: &HeaderMap) -> Option<Answer> {
    let path = decoded(path.trim_start_matches('/'))?;
    if ["api", ".well-known", "metrics"].iter().any(|own| path.split('/').next() == Some(own)) {
        return None;
    }
    if path.split('/').any(|part| matches!(part, ".." | ".")) || path.contains(['\\', '\0']) {
        return None;
    }
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let wanted = if is_file { path.as_ref() } else { "index.html" };
    let (asset, coding) = coded(assets, wanted, headers)?;
    let media_type = media_type(wanted);
    let cache = if wanted.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut answer = Answer::whole(media_type, asset.bytes)
        .header(CACHE_CONTROL, HeaderValue::from_static(cache))
        .header(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        answer = answer.header(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    let tag: String = asset.tag.chars().filter(char::is_ascii_alphanumeric).collect();
    answer.etag = HeaderValue::from_str(&format!("\"{tag}{}\"", coding.unwrap_or(""))).ok();
    Some(answer)
}

fn coded(assets: &dyn Assets, path: &str, headers: &HeaderMap) -> Option<(Asset, Option<&'static str>)> {
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(headers, coding)
            && let Some(asset) = assets.get(&format!("{path}.{ending}"))
        {
            return Some((asset, Some(coding)));
        }
    }
    assets.get(path).map(|asset| (asset, None))
}

/// Whether the client takes this coding by name, with a weight above zero.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).any(
        |one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding))
                && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        },
    )
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
