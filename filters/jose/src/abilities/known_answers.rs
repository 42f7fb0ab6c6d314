//! Signatures that are known to be good, and by that others that are not.

use contract::ProxyCrypto;
use serde_json::Value;

use crate::{Algorithm, VerifyingKey, base64url, parse_object};

use super::ask;

/// A signature over [`MESSAGE`].
pub(super) struct KnownAnswer {
    pub(super) algorithm: Algorithm,
    /// The key as a set has it, so that the way from there to the proxy is tried as well.
    jwk: &'static str,
    /// In base64url.
    signature: &'static str,
}

/// What is signed: the text of RFC 6979 appendix A.2.
const MESSAGE: &[u8] = b"sample";

impl KnownAnswer {
    /// Whether `proxy` says that the signature is good, and that it is not once a bit has changed.
    pub(super) fn is_given_by(&self, proxy: &dyn ProxyCrypto) -> bool {
        self.answer(proxy, 0) == Some(true) && self.answer(proxy, 1) == Some(false)
    }

    /// What `proxy` says when `flipped` bits of the signature's last byte are.
    fn answer(&self, proxy: &dyn ProxyCrypto, flipped: u8) -> Option<bool> {
        let jwk = parse_object(self.jwk.as_bytes())?;
        let key = VerifyingKey::from_jwk(&Value::Object(jwk))?;
        let mut signature = base64url::decode(self.signature)?;
        *signature.last_mut()? ^= flipped;
        ask(proxy, &key, self.algorithm, MESSAGE, &signature).ok()
    }
}

/// One for each algorithm that a proxy may have. ECDSA: RFC 6979 appendices A.2.5 to A.2.7, each with the
/// hash of its curve. RSA: made with OpenSSL from the key that RFC 7515 appendix A.2.1 prints.
pub(super) const KNOWN_ANSWERS: [KnownAnswer; 6] = [
    KnownAnswer {
        algorithm: Algorithm::Rs256,
        jwk: RSA,
        signature: "lb5Mod956JBEGTTsTAVMp4DoIujUQq_2V5zyV42GX-QFd8noYtWIy_6QDvKzqfoGub_u4mmNGKXgazp6r1kV4IdvOCGmHFVIWPmSZigHS98mUIwt48mz91EE6Xo_geX-mnhWbhRUzARIQKOI6u9ZZTUqjUaap_zGJP4iAFFK5-rAMEf6fKUiCzDcQstbkot7dPDXQJ4hQcEK9_SfJx9ijENVdoph5eFOLIIl9-lm-I3YuL_-b6DpYC9N_bYxzGrGuCkLSiZusSmyVTFlHQrlJxJkHIuiqJoQDxqvmlTD-gBIZbfCh163qUQd1RnHoYR-B1NpGlpxKeqbp42FCHUmGA",
    },
    KnownAnswer {
        algorithm: Algorithm::Rs384,
        jwk: RSA,
        signature: "ARcPLlYIV_BLwZVO3SO1dFjV3BeBcCiH2BgrfRZlJJAMp_9kfoQa8yXv2WqF7xBo-dt2OcmwP8lhtsmcdA4Zq6jC3Ckw6QGz2CBek8Rc95Kui3FWZlQcuVReS7MyyESHRvdLkWYlxtnhwPtYK6hbQ4TaCrea8SKJabcAhhD4c2teRInZpJTf1lFAUST5t_5wl_rP1IBewHK8CrV8mspnQcXTvjOptasJD7gwkcM2PLRYeJXD26ijeqB3VjIU_eHJTPObRx-dAzDtFNnsXU68UoQcOxjCy8rj5HsN7z3akQMY410XvblyPxWuVGoa8fpGyWxxCX9iwYX5ObpGoaAnyw",
    },
    KnownAnswer {
        algorithm: Algorithm::Rs512,
        jwk: RSA,
        signature: "SvlqLVB5o7Pq_JAQYofvLZCFHM4zwjbzXAQA1T5TXdfhA2viXT0ezE_ZAgHSa2ZNdVMHd1kgOlh7mnUXpP0Oh3KExJNRpzCEVmfHAUAuiTWRAzKMi5V6vOVlHIJ4tybiTdhsJOpCg3Kxpd0iKWGCNzejX4mZiVBxui06KIArKUvGzuAL3iW7p_spL_rB3t1_m-8JOZJ6H6sNmsqsNUN6f1saAlMGyGzmsZrKBThIpSpbcMgrD5hRdUR8X9WDifCk2vsHl88tSLIejnFTrvj0QUl2b5nC2Zxl-2bdXeIobVTA1alZq8A0M9O7GycJIwlRvFdvcGax4rDZgNG58FDQow",
    },
    KnownAnswer {
        algorithm: Algorithm::Es256,
        jwk: r#"{"kty":"EC","crv":"P-256","x":"YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y","y":"eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk"}"#,
        signature: "79SLKqy2qP0RQN2c1F6B1p0sh3tWqvmRw00OqE6vNxb3yxyULWV8QdQ2x6G24p9l8-kA27mv9AZNxKsvhDrNqA",
    },
    KnownAnswer {
        algorithm: Algorithm::Es384,
        jwk: r#"{"kty":"EC","crv":"P-384","x":"7DpOQVtOGaRWhhgCn0J_pdqai8SukuAuBqrlKGswDGTe-PDqkFWGYGSiVFFUgLwT","y":"gBXZty19VyROqO-awMYhiWcIpZNn-d-59UyoSz8cnbEoiyMcOuDU_nNE_SUzJkcg"}"#,
        signature: "lO27kqXsuKrUc25WxpGRaz-IFAZmzp-nPWTE6pWtEzyBpkgVLkSs-W423R6A-r5Gme9K6xXxeM6h_kDbJgMTjxMOdAoZYkUmIDtjUdCjqU-jKcFFeG5nnnuCxxo4YorI",
    },
    KnownAnswer {
        algorithm: Algorithm::Es512,
        jwk: r#"{"kty":"EC","crv":"P-521","x":"AYlFUNB4WTLgDqojtpTyE_jDEh-G3JegTlpxZ9tOW803ESPUbkXba11TcKfyD7YzFV04_6FtK9dh3KxHS5ovUCOk","y":"AEkxAclizU0v3feCKF5kWEE5wvkbR_h_-CNU1mMPdGoooNsldBtbNKgoAIsirMI_kk-q-9TTP4HqZpVt_qor_fz1"}"#,
        signature: "AMMo-vy9ed13hQNwxGMl2YfLUlVp-2PF07xTlQ5tTF8XTiWh7pAXtdRQYGrdFStTSTHX1OhFXMkfmxW_Bew243f6AGF8znz1BkgGxGf2eNO0CA1vHMUK8myiCUFzCCgbaK8oJiPqpj5bXAcj2LjDf_B3exog-Myx3MxDmX8e4ORNpKZ6",
    },
];

/// RFC 7515 appendix A.2.1, without its private half.
const RSA: &str = r#"{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#;
