#include "addon/archive_reader.h"
#include "addon/archive_writer.h"
#include "addon/bindings.h"
#include "addon/convert.h"
#include "addon/main_thread.h"
#include "archive/context.h"
#include "archive/edit.h"
#include "archive/full_tree.h"
#include "archive/image_archive.h"
#include "archive/layer/gzip_layer.h"
#include "archive/layer/layer.h"
#include "archive/layer/layer_changes.h"
#include "archive/layer/overlay_support.h"
#include "archive/layer/read_write_layer.h"
#include "archive/layer/seal_layer.h"
#include "archive/layer/spread_layers.h"
#include "archive/layer/whiteout.h"
#include "archive/owners.h"
#include "archive/pack.h"
#include "archive/remove_tree.h"
#include "archive/resource.h"
#include "archive/rooted.h"
#include "archive/split/split_reader.h"
#include "archive/unpack_into.h"

#include <fcntl.h>

namespace slipway::addon {

namespace {

using Napi::CallbackInfo;

/** The result of a function that gives none. */
struct Nothing {};

Napi::Value undefined(Napi::Env env, Nothing&) {
  return env.Undefined();
}

Napi::Object toObject(Napi::Env env, const archive::UnpackedLayer& layer) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("digest", layer.digest);
  object.Set("compressedSize", static_cast<double>(layer.compressed_size));
  object.Set("diffId", layer.diff_id);
  object.Set("tarSize", static_cast<double>(layer.tar_size));
  object.Set("size", static_cast<double>(layer.size));
  object.Set("implied", toArray(env, layer.implied));
  return object;
}

Napi::Value unpackLayer(const CallbackInfo& info) {
  const auto layer = std::make_shared<archive::UnpackedLayer>();
  return makeArchiveWriter(
      info.Env(),
      [layer, folder = text(info[0])](archive::Source& from) { return archive::unpackLayer(from, folder, *layer); },
      [layer](Napi::Env env) { return toObject(env, *layer); });
}

using Pair = std::pair<std::string, std::string>;

Napi::Value toPair(Napi::Env env, const Pair& pair) {
  return toArray(env, {pair.first, pair.second});
}

Napi::Value toFile(Napi::Env env, const Pair& file) {
  Napi::Array pair = Napi::Array::New(env, 2);
  pair.Set(0U, file.first);
  pair.Set(1U, Napi::Buffer<char>::Copy(env, file.second.data(), file.second.size()));
  return pair;
}

Napi::Value toObject(Napi::Env env, const archive::ImageArchive& images) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("files", toArray(env, images.files, toFile));
  object.Set("symlinks", toArray(env, images.symlinks, toPair));
  object.Set("hardlinks", toArray(env, images.hardlinks, toPair));
  object.Set("layers", toArray(env, images.layers, [](Napi::Env now, const archive::ArchivedLayer& layer) {
               Napi::Object each = Napi::Object::New(now);
               each.Set("name", layer.name);
               each.Set("stage", layer.stage);
               each.Set("unpacked", toObject(now, layer.unpacked));
               return each;
             }));
  return object;
}

Napi::Value unpackImages(const CallbackInfo& info) {
  const auto images = std::make_shared<archive::ImageArchive>();
  return makeArchiveWriter(
      info.Env(),
      [images, stages = text(info[0])](archive::Source& from) {
        return archive::readImageArchive(from, stages, *images);
      },
      [images](Napi::Env env) { return toObject(env, *images); });
}

/** Runs `work` without a result on a thread of the pool. */
Napi::Value inPool(const CallbackInfo& info, std::function<Status()> work) {
  return AsyncWork<Nothing>::run(info.Env(), [work = std::move(work)](Nothing&) { return work(); }, undefined);
}

/** Runs `work` without a result on a thread of its own. */
Napi::Value onThread(const CallbackInfo& info, std::function<Status()> work) {
  return runOnThread<Nothing>(info.Env(), [work = std::move(work)](Nothing&) { return work(); }, undefined);
}

Napi::Value makeReadWriteLayer(const CallbackInfo& info) {
  return inPool(info,
                [layer = text(info[0]), below = text(info[1])] { return archive::makeReadWriteLayer(layer, below); });
}

Napi::Value sealLayer(const CallbackInfo& info) {
  return runOnThread<archive::UnpackedLayer>(
      info.Env(),
      [layer = text(info[0]), omit = texts(info[1])](archive::UnpackedLayer& out) {
        return archive::sealLayer(layer, omit, out);
      },
      [](Napi::Env env, archive::UnpackedLayer& layer) -> Napi::Value { return toObject(env, layer); });
}

Napi::Value adoptFolders(const CallbackInfo& info) {
  return inPool(info, [diff = text(info[0]), names = texts(info[1]), lowers = texts(info[2])] {
    return archive::adoptFolders(diff, names, lowers);
  });
}

Napi::Value syncFileSystem(const CallbackInfo& info) {
  return onThread(info, [path = text(info[0])] { return archive::syncFileSystem(path); });
}

Napi::Value spreadLayers(const CallbackInfo& info) {
  return inPool(info, [folder = text(info[0])] { return archive::spreadLayers(folder); });
}

Napi::Value removeTree(const CallbackInfo& info) {
  return onThread(info, [path = text(info[0])] { return archive::removeTree(path); });
}

Napi::Value checkOverlaySupport(const CallbackInfo& info) {
  return inPool(info, [folder = text(info[0])] { return archive::checkOverlaySupport(folder); });
}

Napi::Value layerTar(const CallbackInfo& info) {
  return makeArchiveReader(info.Env(), [layer = text(info[0]), diff_id = text(info[1])](archive::BlockQueue& to) {
    return archive::joinLayer(layer, diff_id, to);
  });
}

Napi::Value layerGzip(const CallbackInfo& info) {
  const auto taken = std::make_shared<std::atomic<std::uint64_t>>(0);
  const Napi::Object reader =
      makeArchiveReader(info.Env(), [layer = text(info[0]), diff_id = text(info[1]), taken](archive::BlockQueue& to) {
        return archive::gzipLayer(layer, diff_id, to, *taken);
      });
  reader.Set("taken", Napi::Function::New(info.Env(), [taken](const CallbackInfo& call) {
               return Napi::Number::New(call.Env(), static_cast<double>(taken->load()));
             }));
  return reader;
}

Napi::Value packLayer(const CallbackInfo& info) {
  return makeArchiveReader(info.Env(), [diff = text(info[0]), omit = texts(info[1])](archive::BlockQueue& to) {
    return archive::packLayer(diff, omit, to);
  });
}

Napi::Value toSize(Napi::Env env, std::uint64_t& size) {
  return Napi::Number::New(env, static_cast<double>(size));
}

Napi::Value checkLayer(const CallbackInfo& info) {
  return inPool(info, [layer = text(info[0])] { return archive::checkLayer(layer); });
}

Napi::Value usage(const CallbackInfo& info) {
  return runOnThread<std::uint64_t>(
      info.Env(), [folder = text(info[0])](std::uint64_t& size) { return archive::measureUsage(folder, size); },
      toSize);
}

using Changes = std::vector<archive::LayerChange>;

Napi::Value toChanges(Napi::Env env, Changes& found) {
  return toArray(env, found, [](Napi::Env now, const archive::LayerChange& change) {
    Napi::Object object = Napi::Object::New(now);
    object.Set("path", change.path);
    object.Set("kind", static_cast<int>(change.kind));
    return object;
  });
}

Napi::Value changes(const CallbackInfo& info) {
  return runOnThread<Changes>(
      info.Env(),
      [diff = text(info[0]), lowers = texts(info[1])](Changes& found) {
        return archive::listChanges(diff, lowers, found);
      },
      toChanges);
}

Napi::Value copyTree(const CallbackInfo& info) {
  return onThread(info, [from = text(info[0]), to = text(info[1])] { return archive::copyTree(from, to); });
}

Napi::Value applyLayer(const CallbackInfo& info) {
  return onThread(info, [diff = text(info[0]), to = text(info[1])] { return archive::applyLayer(diff, to); });
}

Napi::Value compareTrees(const CallbackInfo& info) {
  return runOnThread<Changes>(
      info.Env(),
      [top = text(info[0]), below = text(info[1])](Changes& found) { return archive::compareTrees(top, below, found); },
      toChanges);
}

Napi::Value measureChanges(const CallbackInfo& info) {
  return runOnThread<std::uint64_t>(
      info.Env(),
      [top = text(info[0]), below = text(info[1])](std::uint64_t& size) {
        return archive::measureChanges(top, below, size);
      },
      toSize);
}

Napi::Value packChanges(const CallbackInfo& info) {
  return makeArchiveReader(
      info.Env(), [top = text(info[0]), below = text(info[1]), omit = texts(info[2])](archive::BlockQueue& to) {
        return archive::packChanges(top, below, omit, to);
      });
}

Napi::Value stat(const CallbackInfo& info) {
  return AsyncWork<archive::PathStat>::run(
      info.Env(),
      [root = text(info[0]), path = text(info[1])](archive::PathStat& out) {
        return archive::statPath(root, path, out);
      },
      [](Napi::Env env, archive::PathStat& found) -> Napi::Value {
        Napi::Object object = Napi::Object::New(env);
        object.Set("name", found.name);
        object.Set("size", static_cast<double>(found.size));
        object.Set("mode", found.mode);
        object.Set("mtimeMs",
                   static_cast<double>(found.mtime.tv_sec) * 1e3 + static_cast<double>(found.mtime.tv_nsec) / 1e6);
        object.Set("linkTarget", found.link_target);
        return object;
      });
}

Napi::Value pack(const CallbackInfo& info) {
  return makeArchiveReader(info.Env(),
                           [root = text(info[0]), path = text(info[1]), name = text(info[2])](archive::BlockQueue& to) {
                             return archive::packPath(root, path, name, to);
                           });
}

Napi::Value packRootfs(const CallbackInfo& info) {
  return makeArchiveReader(info.Env(),
                           [root = text(info[0])](archive::BlockQueue& to) { return archive::packRootfs(root, to); });
}

archive::UnpackOptions toUnpackOptions(const Napi::Value& value) {
  archive::UnpackOptions out;
  if (!value.IsObject()) return out;
  const auto options = value.As<Napi::Object>();
  out.keep_kinds = options.Get("keepKinds").ToBoolean();
  const Napi::Value mode = options.Get("mode");
  if (mode.IsNumber()) out.mode = mode.ToNumber().Uint32Value() & 07777U;
  const Napi::Value owner = options.Get("owner");
  if (!owner.IsObject()) return out;
  const auto ids = owner.As<Napi::Object>();
  out.owner = {ids.Get("uid").ToNumber().Uint32Value(), ids.Get("gid").ToNumber().Uint32Value()};
  return out;
}

Napi::Value unpackInto(const CallbackInfo& info) {
  return makeArchiveWriter(
      info.Env(),
      [root = text(info[0]), path = text(info[1]), options = toUnpackOptions(info[2])](archive::Source& from) {
        return archive::unpackInto(from, root, path, options);
      },
      [](Napi::Env env) { return env.Undefined(); });
}

Napi::Value openPlace(const CallbackInfo& info) {
  return AsyncWork<int>::run(
      info.Env(),
      [root = text(info[0]), path = text(info[1])](int& out) -> Status {
        Fd folder;
        Fd place;
        SLIPWAY_TRY(archive::openFolder(root, folder));
        SLIPWAY_TRY(archive::openBeneath(folder.get(), path, O_PATH, place));
        out = place.release();
        return success();
      },
      [](Napi::Env env, int& descriptor) -> Napi::Value { return Napi::Number::New(env, descriptor); });
}

Napi::Value listNames(const CallbackInfo& info) {
  return AsyncWork<std::vector<std::string>>::run(
      info.Env(),
      [root = text(info[0]), path = text(info[1])](std::vector<std::string>& out) {
        return archive::listNames(root, path, out);
      },
      [](Napi::Env env, std::vector<std::string>& names) -> Napi::Value { return toArray(env, names); });
}

Napi::Value makeFolder(const CallbackInfo& info) {
  return inPool(info, [root = text(info[0]), path = text(info[1])] { return archive::makeFolder(root, path); });
}

Napi::Value movePath(const CallbackInfo& info) {
  return onThread(info, [root = text(info[0]), from = text(info[1]), to = text(info[2])] {
    return archive::movePath(root, from, to);
  });
}

Napi::Value removePath(const CallbackInfo& info) {
  return onThread(info, [root = text(info[0]), path = text(info[1])] { return archive::removePath(root, path); });
}

Napi::Value digestTree(const CallbackInfo& info) {
  return runOnThread<std::string>(
      info.Env(),
      [root = text(info[0]), path = text(info[1])](std::string& out) { return archive::digestTree(root, path, out); },
      [](Napi::Env env, std::string& digest) -> Napi::Value { return Napi::String::New(env, digest); });
}

Napi::Value readFile(const CallbackInfo& info) {
  return makeArchiveReader(info.Env(), [root = text(info[0]), path = text(info[1])](archive::BlockQueue& to) {
    return archive::readFile(root, path, to);
  });
}

Napi::Value isTar(const CallbackInfo& info) {
  return AsyncWork<bool>::run(
      info.Env(), [root = text(info[0]), path = text(info[1])](bool& out) { return archive::isTar(root, path, out); },
      [](Napi::Env env, bool& found) -> Napi::Value { return Napi::Boolean::New(env, found); });
}

/** Not AsyncWork: one system call, asked for each folder of a path. */
Napi::Value isOpaque(const CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), archive::isOpaque(text(info[0]).c_str()));
}

std::vector<archive::owners::Range> toRanges(const Napi::Value& value) {
  std::vector<archive::owners::Range> ranges;
  const auto list = value.As<Napi::Array>();
  for (std::uint32_t i = 0; i < list.Length(); i++) {
    const Napi::Value each = list[i];
    const auto range = each.As<Napi::Object>();
    const auto part = [&range](const char* name) { return range.Get(name).ToNumber().Uint32Value(); };
    ranges.push_back({part("containerID"), part("hostID"), part("size")});
  }
  return ranges;
}

Napi::Value mapOwners(const CallbackInfo& info) {
  archive::owners::map(toRanges(info[0]), toRanges(info[1]));
  return info.Env().Undefined();
}

} // namespace

void bindArchive(Napi::Env env, Napi::Object exports) {
  Napi::Object object = Napi::Object::New(env);
  const auto add = [&](const char* name, Napi::Value (*function)(const CallbackInfo&)) {
    object.Set(name, Napi::Function::New(env, function, name));
  };
  add("mapOwners", mapOwners);
  add("unpackLayer", unpackLayer);
  add("unpackImages", unpackImages);
  add("layerTar", layerTar);
  add("checkLayer", checkLayer);
  add("layerGzip", layerGzip);
  add("packLayer", packLayer);
  add("copyTree", copyTree);
  add("applyLayer", applyLayer);
  add("compareTrees", compareTrees);
  add("measureChanges", measureChanges);
  add("packChanges", packChanges);
  add("usage", usage);
  add("changes", changes);
  add("stat", stat);
  add("pack", pack);
  add("packRootfs", packRootfs);
  add("unpackInto", unpackInto);
  add("openPlace", openPlace);
  add("makeFolder", makeFolder);
  add("movePath", movePath);
  add("removePath", removePath);
  add("listNames", listNames);
  add("digestTree", digestTree);
  add("readFile", readFile);
  add("isTar", isTar);
  add("isOpaque", isOpaque);
  add("makeReadWriteLayer", makeReadWriteLayer);
  add("sealLayer", sealLayer);
  add("adoptFolders", adoptFolders);
  add("syncFileSystem", syncFileSystem);
  add("spreadLayers", spreadLayers);
  add("removeTree", removeTree);
  add("checkOverlaySupport", checkOverlaySupport);
  exports.Set("archive", object);
}

} // namespace slipway::addon
