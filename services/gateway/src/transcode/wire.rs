//! The protobuf wire format: tags, varints and lengths.

/// Wire type of a varint.
pub(super) const VARINT: u32 = 0;
/// Wire type of a length-delimited value.
pub(super) const LENGTH: u32 = 2;

pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    out.push(low_byte(value));
}

fn low_byte(value: u64) -> u8 {
    let [first, ..] = value.to_le_bytes();
    first & 0x7f
}

pub(super) fn put_tag(out: &mut Vec<u8>, number: u32, wire_type: u32) {
    put_varint(out, u64::from(number) << 3 | u64::from(wire_type));
}

pub(super) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_tag(out, number, LENGTH);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// A message as a field of another one.
pub fn wrapped(number: u32, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 8);
    put_bytes(&mut out, number, message);
    out
}

/// A signed number as protobuf writes it: negative ones take the full 64 bits.
pub(super) fn signed(value: i64) -> u64 {
    value.cast_unsigned()
}

/// Leaves room for a length before a value of unknown size; [`close`] fills it in.
pub(super) fn open(out: &mut Vec<u8>) -> usize {
    out.push(0);
    out.len()
}

/// Writes the length of what was written since [`open`].
pub(super) fn close(out: &mut Vec<u8>, start: usize) {
    let length = out.len().saturating_sub(start) as u64;
    if length < 0x80 {
        if let Some(place) = out.get_mut(start.saturating_sub(1)) {
            *place = low_byte(length);
        }
        return;
    }
    let mut varint = Vec::with_capacity(5);
    put_varint(&mut varint, length);
    out.splice(start.saturating_sub(1)..start, varint);
}

/// A value as it lies on the wire.
#[derive(Debug, Clone, Copy)]
pub(super) enum Raw<'w> {
    /// A number.
    Varint(u64),
    /// Text, bytes, a message or packed numbers.
    Bytes(&'w [u8]),
    /// A wire type that no field of the contract has.
    Other,
}

/// Reads field after field. Ends with an error item when the bytes are no protobuf.
pub(super) struct Reader<'w>(pub &'w [u8]);

impl<'w> Reader<'w> {
    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in 0..10_u32 {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f).checked_shl(shift * 7)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, length: u64) -> Option<&'w [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    fn field(&mut self) -> Option<(u32, Raw<'w>)> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).ok()?;
        let raw = match tag & 7 {
            0 => Raw::Varint(self.varint()?),
            1 => self.take(8).map(|_| Raw::Other)?,
            2 => {
                let length = self.varint()?;
                Raw::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Raw::Other)?,
            _ => return None,
        };
        Some((number, raw))
    }
}

impl<'w> Iterator for Reader<'w> {
    type Item = Result<(u32, Raw<'w>), ()>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_come_back() {
        for value in [0, 1, 127, 128, 300, 16_383, 16_384, u64::from(u32::MAX), u64::MAX, signed(-1)] {
            let mut out = Vec::new();
            put_varint(&mut out, value);

            assert_eq!(Reader(&out).varint(), Some(value));
            out.pop();
            assert_eq!(Reader(&out).varint(), None, "a cut varint is noticed");
        }
    }

    #[test]
    fn long_values_get_their_length_in_front() {
        for size in [0, 1, 127, 128, 20_000] {
            let mut out = vec![7];
            let start = open(&mut out);
            out.extend(std::iter::repeat_n(9, size));
            close(&mut out, start);

            let mut reader = Reader(&out[1..]);
            assert_eq!(reader.varint(), Some(size as u64));
            assert_eq!(reader.0.len(), size);
        }
    }
}
