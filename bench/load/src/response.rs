//! Where an HTTP/1.1 answer ends: its status, and its length by `Content-Length` or by chunks.
//!
//! Source: RFC 9112, sections 4, 6.3 and 7.1. Trailers, `1xx` answers and answers that end with
//! the connection are faults here, because no server that we measure sends them.

/// What the head of an answer says.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    pub status: u16,
    pub length: Length,
    /// Bytes of the head itself, with the empty line.
    pub head_bytes: usize,
    /// The server closes the connection after this answer.
    pub closes: bool,
}

/// How the end of the body is found.
#[derive(Debug, PartialEq, Eq)]
pub enum Length {
    Bytes(usize),
    Chunked,
}

/// Reads a head; `None` as long as it is not complete.
///
/// # Errors
/// Says what about the head is not understood.
pub fn parse_head(bytes: &[u8]) -> Result<Option<Head>, String> {
    let Some(head_bytes) = end_of_head(bytes) else {
        return Ok(None);
    };
    let head = &bytes[..head_bytes];
    let status = status_of(head)?;
    let mut length = (status == 204 || status == 304).then_some(Length::Bytes(0));
    let mut closes = false;
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        // Only three names matter, and they differ in their length.
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            length = Some(Length::Bytes(number(value, 10)?));
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            length = Some(Length::Chunked);
        } else if name.eq_ignore_ascii_case(b"connection") {
            closes = value.eq_ignore_ascii_case(b"close");
        }
    }
    let length = length.ok_or("an answer without a length")?;
    Ok(Some(Head { status, length, head_bytes, closes }))
}

/// The end of a chunked body that begins at the start of `bytes`; `None` while it is not complete.
///
/// # Errors
/// Says which chunk size is not understood.
pub fn end_of_chunks(bytes: &[u8]) -> Result<Option<usize>, String> {
    let mut at = 0;
    loop {
        let Some(line) = bytes[at..].windows(2).position(|pair| pair == b"\r\n") else {
            return Ok(None);
        };
        let size_text = &bytes[at..at + line];
        let size_text = size_text.split(|byte| *byte == b';').next().unwrap_or_default();
        let size = number(size_text.trim_ascii(), 16)?;
        at += line + 2 + size + 2;
        if at > bytes.len() {
            return Ok(None);
        }
        if size == 0 {
            return Ok(Some(at));
        }
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = bytes[from..].iter().position(|byte| *byte == b'\n') {
        let next = from + found + 1;
        if bytes[next..].starts_with(b"\r\n") {
            return Some(next + 2);
        }
        from = next;
    }
    None
}

fn status_of(head: &[u8]) -> Result<u16, String> {
    let text = head.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3));
    let text = text.ok_or("no HTTP/1.1 answer")?;
    let status = number(text, 10)?;
    u16::try_from(status).map_err(|error| error.to_string())
}

fn number(text: &[u8], radix: u32) -> Result<usize, String> {
    std::str::from_utf8(text)
        .ok()
        .and_then(|text| usize::from_str_radix(text, radix).ok())
        .ok_or_else(|| format!("no number: {:?}", String::from_utf8_lossy(text)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_head_is_read_only_when_it_is_complete() {
        let whole = b"HTTP/1.1 201 Created\r\nContent-Length: 12\r\nConnection: close\r\n\r\nbody";
        for cut in 0..whole.len() - 4 {
            assert_eq!(parse_head(&whole[..cut]).unwrap(), None, "cut at {cut}");
        }
        let head = parse_head(whole).unwrap().unwrap();
        assert_eq!(head.status, 201);
        assert_eq!(head.length, Length::Bytes(12));
        assert_eq!(head.head_bytes, whole.len() - 4);
        assert!(head.closes);
    }

    #[test]
    fn an_answer_without_a_body_needs_no_length() {
        let head = parse_head(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().unwrap();
        assert_eq!(head.length, Length::Bytes(0));
        assert!(parse_head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn chunks_end_where_the_empty_chunk_ends() {
        let whole = b"5\r\nhello\r\n1a;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n";
        for cut in 0..whole.len() {
            assert_eq!(end_of_chunks(&whole[..cut]).unwrap(), None, "cut at {cut}");
        }
        assert_eq!(end_of_chunks(whole).unwrap(), Some(whole.len()));
        assert!(end_of_chunks(b"zz\r\n").is_err());
    }
}
