#ifndef NODELAB_CTLS_SHIM_H
#define NODELAB_CTLS_SHIM_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

// What Swift cannot call by itself: the library's macros.

// TLS 1.2 or later, agreed upon once for each connection.
static inline void ctls_be_modern(SSL_CTX *_Nonnull context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
}

// The name by which the server chooses its certificate.
static inline void ctls_set_server_name(SSL *_Nonnull session, const char *_Nonnull name) {
  SSL_set_tlsext_host_name(session, name);
}

#endif
