//! Built-in pages: the browser of the API's documentation, and the front page where no web
//! application was built in. All they load is embedded here; nothing is inline, nothing comes from
//! another host.

use http::HeaderValue;
use http::header::CACHE_CONTROL;

use crate::answer::Answer;
use crate::gate::{Access, Gate};
use crate::operation::Operation;
use crate::operations::Operations;
use crate::settings::Settings;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Who may read the OpenAPI document. The page that shows it has nothing to hide and is public: it
/// asks for a token when the document is not.
pub(crate) fn access(settings: &Settings) -> Access {
    if settings.docs_private { Access::SignedIn } else { Access::Public }
}

pub(crate) fn add<S: Gate>(operations: &mut Operations<S>, front_page: bool) {
    let mut page = |path, id, media_type, text: &'static str| {
        let operation = Operation::get(path).id(id).access(Access::Public).hidden();
        operations.add(operation, move |_, _, _| async move {
            let cache = HeaderValue::from_static("no-cache");
            Ok(Answer::whole(media_type, text).content_tag().header(CACHE_CONTROL, cache))
        });
    };
    page("/api/docs", "get_docs", HTML, include_str!("pages/docs.html"));
    page("/api/docs/docs.css", "get_docs_style", CSS, include_str!("pages/docs.css"));
    page("/api/docs/docs.js", "get_docs_script", SCRIPT, include_str!("pages/docs.js"));
    page("/api/docs/schema.js", "get_docs_schema_script", SCRIPT, include_str!("pages/schema.js"));
    page("/api/docs/try.js", "get_docs_try_script", SCRIPT, include_str!("pages/try.js"));
    page("/api/docs/icon.svg", "get_docs_icon", SVG, include_str!("pages/icon.svg"));
    if front_page {
        page("/", "get_front_page", HTML, include_str!("pages/front.html"));
        page("/front.css", "get_front_style", CSS, include_str!("pages/front.css"));
        page("/favicon.svg", "get_icon", SVG, include_str!("pages/icon.svg"));
    }
}
