//! Pictures that people upload: what they are by their bytes, and how large. Nothing is decoded here.
//!
//! Leaves out SVG (it can hold scripts) and everything that not every browser shows.

use imagesize::ImageType;
use raally_domain::model::LogoType;

/// Most pixels across or down: what a browser unpacks without harm.
pub const PIXELS_MAX: usize = 4_096;

/// A picture, as far as its first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// What it is.
    pub media_type: LogoType,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
}

/// Why bytes are no picture that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    /// Neither PNG nor JPEG nor WebP, whatever its name says.
    #[error("must be a PNG, JPEG or WebP picture")]
    Kind,
    /// It breaks off, or its size makes no sense.
    #[error("is a damaged picture")]
    Damaged,
    /// More than [`PIXELS_MAX`] across or down.
    #[error("has more than 4096 pixels on a side")]
    TooManyPixels,
}

/// Looks at the bytes of a file.
///
/// # Errors
/// Why it is not taken.
pub fn look(bytes: &[u8]) -> Result<Picture, NoPicture> {
    let media_type = match imagesize::image_type(bytes) {
        Ok(ImageType::Png) => LogoType::Png,
        Ok(ImageType::Jpeg) => LogoType::Jpeg,
        Ok(ImageType::Webp) => LogoType::Webp,
        _ => return Err(NoPicture::Kind),
    };
    let size = imagesize::blob_size(bytes).map_err(|_| NoPicture::Damaged)?;
    if size.width == 0 || size.height == 0 {
        return Err(NoPicture::Damaged);
    }
    if size.width > PIXELS_MAX || size.height > PIXELS_MAX {
        return Err(NoPicture::TooManyPixels);
    }
    Ok(Picture { media_type, width: size.width, height: size.height })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The head of a PNG of this size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn a_picture_is_told_by_its_bytes() {
        let found = look(&png(64, 32));
        assert_eq!(found, Ok(Picture { media_type: LogoType::Png, width: 64, height: 32 }));
        let webp = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\x3f\xc0\x0f\0\0\0\0\0\0\0\0\0";
        assert_eq!(look(webp).map(|found| (found.media_type, found.width)), Ok((LogoType::Webp, 64)));
        let jpeg = b"\xff\xd8\xff\xc0\0\x11\x08\0\x20\0\x40\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\0\0\0\0";
        let found = look(jpeg).map(|found| (found.media_type, found.width, found.height));
        assert_eq!(found, Ok((LogoType::Jpeg, 64, 32)));
    }

    #[test]
    fn what_could_hold_a_script_or_fill_the_memory_is_refused() {
        for bytes in [
            &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..],
            b"<!doctype html><script>alert(1)</script>",
            b"GIF89a\x01\0\x01\0\0\0\0",
            b"BM\x1a\0\0\0\0\0\0\0\x1a\0\0\0",
            b"%PDF-1.7",
            b"MZ",
            b"",
        ] {
            assert_eq!(look(bytes), Err(NoPicture::Kind), "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(look(&png(4_097, 1)), Err(NoPicture::TooManyPixels));
        assert_eq!(look(&png(u32::MAX, u32::MAX)), Err(NoPicture::TooManyPixels));
        assert_eq!(look(&png(0, 5)), Err(NoPicture::Damaged));
        assert_eq!(look(&png(5, 5)[..20]), Err(NoPicture::Damaged));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), kind in 0_usize..4) {
            let start: &[u8] = [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8 ", b""][kind];
            let _ = look(&[start, &bytes].concat());
        }
    }
}
