// better-sqlite3 13 keeps references to primitive values, which Node-API allows from version 10 on.
// Node-API 8 (Electron 25) refers to objects only: here a primitive is kept in a one-element array.
#pragma once
#include <node_api.h>

#include <mutex>
#include <unordered_set>

namespace napi8 {

inline std::mutex& lock() {
  static std::mutex instance;
  return instance;
}

inline std::unordered_set<napi_ref>& boxes() {
  static std::unordered_set<napi_ref> instance;
  return instance;
}

inline bool is_box(napi_ref reference) {
  std::lock_guard<std::mutex> guard(lock());
  return boxes().count(reference) != 0;
}

inline napi_status create_reference(napi_env env, napi_value value, uint32_t count, napi_ref* out) {
  napi_valuetype type;
  napi_status status = napi_typeof(env, value, &type);
  if (status != napi_ok) return status;
  if (type == napi_object || type == napi_function || type == napi_external) {
    return ::napi_create_reference(env, value, count, out);
  }
  napi_value box;
  status = napi_create_array_with_length(env, 1, &box);
  if (status == napi_ok) status = napi_set_element(env, box, 0, value);
  if (status == napi_ok) status = ::napi_create_reference(env, box, count, out);
  if (status != napi_ok) return status;
  std::lock_guard<std::mutex> guard(lock());
  boxes().insert(*out);
  return napi_ok;
}

inline napi_status get_reference_value(napi_env env, napi_ref reference, napi_value* out) {
  napi_status status = ::napi_get_reference_value(env, reference, out);
  if (status != napi_ok || *out == nullptr || !is_box(reference)) return status;
  return napi_get_element(env, *out, 0, out);
}

inline napi_status delete_reference(napi_env env, napi_ref reference) {
  {
    std::lock_guard<std::mutex> guard(lock());
    boxes().erase(reference);
  }
  return ::napi_delete_reference(env, reference);
}

}  // namespace napi8

#define napi_create_reference napi8::create_reference
#define napi_get_reference_value napi8::get_reference_value
#define napi_delete_reference napi8::delete_reference
