#ifndef NODELAB_CCRYPTO_SHIM_H
#define NODELAB_CCRYPTO_SHIM_H

// SHA-256 without a context of the provider's around it: see ccrypto_mac_key.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

// HMAC-SHA256 (RFC 2104) with a key that is used often: the library's hash after the key's inner and its outer block. To copy
// these two costs a tenth of what it costs to duplicate a keyed context of the library's own HMAC, and nothing is allocated.
typedef struct {
  SHA256_CTX inner;
  SHA256_CTX outer;
} ccrypto_mac_key;

static inline void ccrypto_mac_key_init(ccrypto_mac_key *_Nonnull key, const void *_Nonnull secret, size_t count) {
  unsigned char block[SHA256_CBLOCK] = {0};
  if (count > sizeof block) {
    SHA256_Init(&key->inner);
    SHA256_Update(&key->inner, secret, count);
    SHA256_Final(block, &key->inner);
  } else {
    memcpy(block, secret, count);
  }
  for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36;
  SHA256_Init(&key->inner);
  SHA256_Update(&key->inner, block, sizeof block);
  for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36 ^ 0x5C;
  SHA256_Init(&key->outer);
  SHA256_Update(&key->outer, block, sizeof block);
  OPENSSL_cleanse(block, sizeof block);
}

// The code of two texts that follow each other.
static inline void ccrypto_mac(const ccrypto_mac_key *_Nonnull key, const void *_Nonnull first, size_t first_count,
                               const void *_Nonnull second, size_t second_count, unsigned char *_Nonnull code) {
  SHA256_CTX hash = key->inner;
  SHA256_Update(&hash, first, first_count);
  SHA256_Update(&hash, second, second_count);
  SHA256_Final(code, &hash);
  hash = key->outer;
  SHA256_Update(&hash, code, SHA256_DIGEST_LENGTH);
  SHA256_Final(code, &hash);
}

#endif
