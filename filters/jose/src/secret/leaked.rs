//! Secrets that everybody knows: defaults of tools, and examples that are copied into services. Only their
//! SHA-256 is here, of the bytes as a service would use them.

use ring::digest;

/// Whether `secret` is one of them.
pub(super) fn is_leaked(secret: &[u8]) -> bool {
    let digest = digest::digest(&digest::SHA256, secret);
    LEAKED.iter().any(|known| spells(known, digest.as_ref()))
}

/// Whether `hex`, in lower case, stands for `bytes`.
fn spells(hex: &str, bytes: &[u8]) -> bool {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let spelling = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    spelling.eq(hex.chars())
}

/// In lower-case hex. Each source is named; where it prints a number, people use the text itself as the
/// secret, or decode it in one way or another.
const LEAKED: &[&str] = &[
    // jwt.io, former default for HS256, as text.
    "f7d838701b86c5dfb57bf95fbc5ce6df204cfc9f15ad6cdb39fd22f8776e47b6",
    // jwt.io, former default for HS384, as text.
    "dfd7dc439654f313f3bb7734b467e71d701b6982cd4cb31cf7d555e723c223e9",
    // jwt.io, former default for HS512, as text.
    "5eef83fe7cb71e2da053f846a07ecf933f49b66ef755ef8627be5e2fe94d7e84",
    // jwt.io, default for HS256, as text.
    "465d9ad5d5528ebe287b5dce4fb51620833d09b290e49ddcc70ca6c4a0aea01b",
    // jwt.io, default for HS384, as text.
    "730d21a80e61a8de82d12cb4c0b8057cff5a30e2dec50ce7a773513374f9164a",
    // jwt.io, default for HS512, as text.
    "db6833593279d7373592ef70e51f3daf048c04475739f8ed024b0821fd9e7fde",
    // RFC 7515 appendix A.1, as text.
    "8b1b17a9740c068accab5c3d0d652c8e3cc13206e70bb73b42ea41d4c2de3c12",
    // RFC 7515 appendix A.1, from base64url.
    "c8ecc9361a05e285f04c26f9572131a6deab07e9e2b865053c6f75a4d8bd2b32",
    // Spring tutorial 1, as text.
    "3354cfcf65c7b2e6840ea6f880aede239750cb1d063950c4e8fd9fbf9ec73a32",
    // Spring tutorial 1, from hex.
    "136cb1c5a79bc9d943efda382fde1bfa26e0e140ff444657cf7fb056e2977b1c",
    // Spring tutorial 1, from base64.
    "b3f6f5d4f9cee4e99fe5db63234b775a205edc23efbbff87acc308626b5fd24a",
    // Spring tutorial 2, as text.
    "8ae1df04f29cfa418f059eb7556d2b9248ae5ba1996ba3203744782e32840c03",
    // Spring tutorial 2, from hex.
    "1a982b8ce45b3c0877e73657e671d345942541bafff506f2f4ffc240c04c4411",
    // Spring tutorial 2, from base64.
    "805d759616f15c56550e018d6d94ecf1eec456fb1839efa25abb09d7e0bb5faf",
    // Spring tutorial 3, as text.
    "bf0b62edab9c25ed15d8ad7487c3e0a987c279f477c98cc00863147ecb4d9d71",
    // Spring tutorial 3, from hex.
    "da1eb416ce10e01039167f89fd8a63142dd7f3e3cffc3ea180eb84d0fa3f407e",
    // Spring tutorial 3, from base64.
    "d6cd79bb66e6a2af82af77572428c34db0660a30ce2c376e1681377000a806d0",
    // Spring tutorial 4, as text.
    "2a1d61d5e1997a7a64a97eb3d44c733a6473e0ff74d7850ecda2c429a1e885be",
    // Spring tutorial 4, from hex.
    "349b6b06626d9c649506ab2085f88757bbed68f7b924e79f8b7339e4a7e4e5c1",
    // Spring tutorial 4, from base64.
    "f9a09e1f7ab889df8fed6e4cd1632037088ed64b3b54cc1db843577222a604e2",
    // Spring tutorial 5, as text.
    "4edc3a9e9ae298f9cc5cfb7d7cf2cdf230ed9a5145b50b086a9499854bfcb571",
    // Spring tutorial 5, from hex.
    "438f0bbfd9c9edcf5e66dc276ea99ef1bf6f4cd392ee5f40f9a3d4a3d7ba5334",
    // Spring tutorial 5, from base64.
    "21e2e0d4a419ec2c768c4acefd1e131eac5845cd1a12e9bd1f625c3df7137a32",
    // Spring tutorial 6, as text.
    "5df73e1aa59d8f332c2f5fd6ea1c37d0f2266b623ea3c4efe6cb3d577fd6a5e1",
    // Spring tutorial 6, from hex.
    "1ed956b932e3dd2780cc0e5f63900d6c07d6594685fa6ac8cc7683e3a5d61235",
    // Spring tutorial 6, from base64.
    "175b4f1da19dc4965891dfc41867b7b36f99309e98012f66c7f1028e680a3f73",
    // Spring tutorial 7, as text.
    "594c081d23de22b178ba34a9c8551fe23d3a7034d92717a5cb4a054337a4c714",
    // Spring tutorial 7, from base64.
    "67fed4b9a84843e168a941043f97786002f93f05d44334ef8cd9250a788fa1d1",
    // Spring tutorial 8, as text.
    "46fed1daaba94dee9934acbff517c676372f89e7501d7065130dc381b5b7ba0a",
    // FastAPI tutorial, as text.
    "570dad43de1af4c925f92c16a68a50936da42b7dd6fdeb24850507a1199aac89",
    // FastAPI tutorial, from hex.
    "4d0f8dec4515d07a611c502f22adb95c854d943d6122fb8f96c9503b42356bac",
    // FastAPI tutorial, from base64.
    "94d2f2cff66c99ed705b092d60689b8c70217f5ad68cd2138a81f2453484ff13",
    // jose for JavaScript, documentation, as text.
    "efa6f5d24ecc2fb531e1347ced231ff09842723c12d58e5c8a6dc7b05f767b3b",
    // jose for JavaScript, documentation, from hex.
    "456216ab33bab7d7b272f417397e8ed534f04b103843b76066be369715af7e71",
    // jose for JavaScript, documentation, from base64.
    "3d783c5fdea9875225922f9c6095a394f59859ed43e64913ba1b63885ac0d26f",
    // PostgREST tutorial, as text.
    "fd4dec75abc2df7e4f8776e246ce733d29690230695c4ce8ea7a207eb3a939ab",
    // Supabase, self-hosting default, as text.
    "1453cea2dc3799e9026e42b3e465e455256d5a149582e4c5b92d4c8d604731a2",
    // Supabase, local default, as text.
    "a064b502e61d27e94b8717290e5e1b32e36720e9fbdf952ec81a84c07128cb37",
    // Mercure, Symfony default, as text.
    "82640871d80ad525d0214e4c9cf5484471f779070760efc06a7f983aeda71436",
    // Mercure, example, as text.
    "c1bf2dee9824be2111b72285351205ec95f982433cc17bf8a9ff408be41129f8",
    // Nacos, default, as text.
    "c07799c18d8b80eed95367921770430008a217c621fa7b765fed516f08fc7f91",
    // Nacos, documentation, as text.
    "4de7be2d26fa1e2e608014c657f699698236694b2d6ef11d888828ba3e81f9bf",
    // Nacos, documentation, from base64.
    "3cfee76b85db247b3215521ba2e46b7cb44e1a940fcbd2abd9ceea84ad6282c3",
    // LibreChat, example 1, as text.
    "69024f21e9ad17594dcccd93e87399af24a5426ccfe6108d1787f0335966abc4",
    // LibreChat, example 1, from hex.
    "bab4c309cbb1d536eae2e7427941040c343ffacd0e6b6dd5ee18d12c639822f1",
    // LibreChat, example 1, from base64.
    "0aa6612a219a11c35b0f55945fb495fd29527cf0ca96fd4b56c517ccc2508ea4",
    // LibreChat, example 2, as text.
    "282ad5f60261639fefed381976b4d0dde52eab5527a1ab2ec75d5be1efa1165b",
    // LibreChat, example 2, from hex.
    "844f5e09d13990b0dd760c94084cb2d2cd7462c9cbdc7f523cbe27dc1e67ea55",
    // LibreChat, example 2, from base64.
    "db64e8c156866b0020f9e998fd9d52889f14613bb01b447aa0082b02868caf3c",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_of_digests_in_lower_case_and_has_none_twice() {
        for (index, digest) in LEAKED.iter().enumerate() {
            assert_eq!(digest.len(), 64, "{digest}");
            assert!(digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{digest}");
            assert!(!LEAKED[..index].contains(digest), "{digest}");
        }
    }
}
