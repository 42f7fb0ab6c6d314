//! A second reader of protobuf messages, which shares no code with the first and keeps numbers only.

use std::slice::Iter;

/// The number in the field `number` of `message`, the last one as the format has it, and 0 where there is none.
/// Nothing for what is no message. What lies in its messages and groups is not looked at.
pub fn number_in(message: &[u8], number: u64) -> Option<u64> {
    let (mut found, mut groups, mut rest) = (0, Vec::new(), message.iter());
    while !rest.as_slice().is_empty() {
        let key = varint(&mut rest)?;
        let (field, wire_type) = (key >> 3, key & 7);
        match wire_type {
            0 => {
                let value = varint(&mut rest)?;
                found = if field == number && groups.is_empty() { value } else { found };
            }
            1 => skip(&mut rest, 8)?,
            2 => {
                let length = varint(&mut rest)?;
                skip(&mut rest, length)?;
            }
            3 => groups.push(field),
            4 => drop(groups.pop().filter(|open| *open == field)?),
            5 => skip(&mut rest, 4)?,
            _ => return None,
        }
    }
    groups.is_empty().then_some(found)
}

fn varint(rest: &mut Iter<'_, u8>) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = rest.next()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn skip(rest: &mut Iter<'_, u8>, bytes: u64) -> Option<()> {
    let (_, after) = rest.as_slice().split_at_checked(usize::try_from(bytes).ok()?)?;
    *rest = after.iter();
    Some(())
}
