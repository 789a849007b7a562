// better-sqlite3 13 keeps references to strings, which Node-API allows from version 10. For a
// runtime that offers version 8 this header, included before everything else, puts such a value
// into an array of one element and keeps the reference to that array.
// An addon's references belong to the thread of their environment, so the set needs no lock.
#pragma once
#include <node_api.h>

#include <unordered_set>

namespace wardlock_napi8 {

inline std::unordered_set<napi_ref>& wrapped() {
  thread_local std::unordered_set<napi_ref> references;
  return references;
}

inline napi_status create(napi_env env, napi_value value, uint32_t count, napi_ref* result) {
  napi_valuetype type = napi_undefined;
  if (napi_status status = napi_typeof(env, value, &type); status != napi_ok) return status;
  if (type == napi_object || type == napi_function || type == napi_external) {
    return napi_create_reference(env, value, count, result);
  }
  napi_value box = nullptr;
  if (napi_status status = napi_create_array_with_length(env, 1, &box); status != napi_ok) return status;
  if (napi_status status = napi_set_element(env, box, 0, value); status != napi_ok) return status;
  napi_status status = napi_create_reference(env, box, count, result);
  if (status == napi_ok) wrapped().insert(*result);
  return status;
}

inline napi_status value(napi_env env, napi_ref reference, napi_value* result) {
  napi_status status = napi_get_reference_value(env, reference, result);
  const bool plain = wrapped().find(reference) == wrapped().end();
  if (status != napi_ok || *result == nullptr || plain) return status;
  return napi_get_element(env, *result, 0, result);
}

inline napi_status remove(napi_env env, napi_ref reference) {
  wrapped().erase(reference);
  return napi_delete_reference(env, reference);
}

}  // namespace wardlock_napi8

#define napi_create_reference wardlock_napi8::create
#define napi_get_reference_value wardlock_napi8::value
#define napi_delete_reference wardlock_napi8::remove
