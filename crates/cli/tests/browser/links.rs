//! The links that QR codes carry, good ones and forged ones.

use serde_json::Value;
use vc::compact::{Template, pack};

use crate::house::Server;

/// The link of a certificate, made as its issuer makes it.
pub(crate) fn link(server: &Server, id: &str) -> String {
    let credential = server.get(&format!("/credentials/{id}?cryptosuite=eddsa-jcs-2022"), "application/vc");
    let credential = String::from_utf8(credential.body).unwrap();
    let bundle: Value = serde_json::from_slice(&server.get("/v/bundle.json", "*/*").body).unwrap();
    let packed = bundle["issuers"].as_array().unwrap().iter().find_map(|issuer| {
        let (at, url) = (issuer["at"].as_str().unwrap(), issuer["url"].as_str().unwrap());
        let mut numbers = issuer["templates"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap() as u16);
        numbers.find_map(|number| {
            let template = Template::parse(&server.get(&format!("{at}templates/{number}"), "*/*").body).unwrap();
            Some(format!("{url}/v#{}", pack(&credential, &template, number).ok()?))
        })
    });
    packed.expect("one of the templates is the certificate's")
}

/// The link with other bytes, and a check sum that fits.
pub(crate) fn forged(link: &str, change: impl Fn(&mut [u8])) -> String {
    let (front, digits) = link.split_once('#').unwrap();
    let mut bytes = bytes_of(digits);
    let end = bytes.len() - 2;
    change(&mut bytes[..end]);
    let sum = crc16(&bytes[..end]).to_be_bytes();
    bytes[end..].copy_from_slice(&sum);
    format!("{front}#{}", digits_of(&bytes))
}

const WIDTHS: [usize; 8] = [0, 3, 5, 8, 10, 13, 15, 17];

fn bytes_of(digits: &str) -> Vec<u8> {
    let groups = digits.as_bytes().chunks(17).map(|group| std::str::from_utf8(group).unwrap());
    let bytes = groups.flat_map(|group| {
        let length = WIDTHS.iter().position(|width| *width == group.len()).unwrap();
        group.parse::<u64>().unwrap().to_be_bytes()[8 - length..].to_vec()
    });
    bytes.collect()
}

fn digits_of(bytes: &[u8]) -> String {
    let groups = bytes.chunks(7).map(|group| {
        let value = group.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        format!("{value:0width$}", width = WIDTHS[group.len()])
    });
    groups.collect()
}

/// CRC-16/CCITT-FALSE.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    })
}
