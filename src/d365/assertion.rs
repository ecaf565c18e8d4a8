//! Signing in with a certificate: the client assertion for Microsoft Entra.
