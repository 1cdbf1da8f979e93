// SPDX-License-Identifier: Apache-2.0
// Values out of ONNX tensors. Nothing is allocated before the file is known to hold as many values.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

namespace npusim::import {

/// "FLOAT", "INT64", ...; the number where the type is unknown.
std::string data_type_name(std::int32_t data_type);

/// FLOAT, DOUBLE, FLOAT16 or BFLOAT16: read as float, whatever the model stores.
bool is_real(std::int32_t data_type);

/// Bytes of one value in raw data; 0 for strings and types that are not known.
std::int64_t value_bytes(std::int32_t data_type);

std::vector<std::int64_t> dims_of(const onnx::TensorProto& tensor);

/// "[2, 3]".
std::string to_text(const std::vector<std::int64_t>& dims);

/// The product of the dimensions; refuses (base::InputError, `tensor 'NAME': ...`) negative ones
/// and more than graph::kMaxParameters elements.
std::size_t element_count(const onnx::TensorProto& tensor);

/// All values of a real tensor, in the file's (row-major) order: FLOAT16 and BFLOAT16 exactly,
/// DOUBLE rounded to nearest (beyond the largest float: infinite). Throws base::InputError,
/// `tensor 'NAME': ...`, for other types, data outside the file, or another number of values than
/// the dimensions say.
std::vector<float> read_floats(const onnx::TensorProto& tensor);

/// The same, and all finite, as weights must be.
std::vector<float> read_finite(const onnx::TensorProto& tensor);

/// All values of an INT8, UINT8 or INT32 tensor; the same errors.
std::vector<std::int32_t> read_codes(const onnx::TensorProto& tensor);

/// All values of an INT64 or INT32 tensor; the same errors.
std::vector<std::int64_t> read_integers(const onnx::TensorProto& tensor);

/// The value of an IEEE half-precision number, exactly, subnormals included.
float half_to_float(std::uint16_t bits);

}  // namespace npusim::import
