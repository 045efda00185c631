//! Any bytes as a workbook, and as the XML of the one sheet of a sound workbook: an answer or an error.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use raally_exchange::{Format, ReadOptions, Source, read};

const PARTS: [(&str, &str); 3] = [
    ("_rels/.rels", r#"<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
    ("xl/workbook.xml", r#"<workbook xmlns:r="r"><sheets><sheet name="Plan 2026" sheetId="1" r:id="r1"/></sheets></workbook>"#),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="worksheets/sheet1.xml"/><Relationship Id="r3" Type="x/styles" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];

fuzz_target!(|data: &[u8]| {
    let go = |bytes: &[u8]| {
        let _ = read(&Source::Bytes(bytes.into()), Format::Xlsx, &ReadOptions::default(), &mut |_| ControlFlow::Continue(()));
    };
    go(data);
    go(&archive(data));
});

/// A zip archive with nothing compressed; small enough to write by hand.
fn archive(sheet: &[u8]) -> Vec<u8> {
    let (mut out, mut list, mut count) = (Vec::new(), Vec::new(), 0_u16);
    let parts = PARTS.iter().map(|(name, text)| (*name, text.as_bytes())).chain([("xl/worksheets/sheet1.xml", sheet)]);
    for (name, bytes) in parts {
        let at = out.len() as u32;
        let mut head = Vec::new();
        head.extend([10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
        head.extend(crc32(bytes).to_le_bytes());
        head.extend((bytes.len() as u32).to_le_bytes());
        head.extend((bytes.len() as u32).to_le_bytes());
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0, 0]);
        out.extend(*b"PK\x03\x04");
        out.extend(&head);
        out.extend(name.as_bytes());
        out.extend(bytes);
        list.extend(*b"PK\x01\x02\x0a\x00");
        list.extend(&head);
        list.extend([0; 10]);
        list.extend(at.to_le_bytes());
        list.extend(name.as_bytes());
        count += 1;
    }
    let (at, size) = (out.len() as u32, list.len() as u32);
    out.extend(list);
    out.extend(*b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }))
}
