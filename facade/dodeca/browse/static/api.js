// The requests of the page, all to the server that it comes from.

class ApiError extends Error {}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The server does not answer. Is dodeca browse still running?");
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new ApiError(body.error || `The server answered with status ${response.status}.`);
}

function post(path, body, options = {}) {
  const headers = { "Content-Type": "application/json" };
  return request(path, { method: "POST", headers, body: JSON.stringify(body), ...options });
}

const json = async (response) => (await response).json();
const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null)).toString();

export const getLibrary = () => json(request("api/library"));
export const search = (body, signal) => json(post("api/search", body, { signal }));
export const uploadImage = (file) => json(request("api/images", {
  method: "POST", body: file, headers: { "Content-Type": file.type || "application/octet-stream" },
}));
export const getPlayback = (source, start, end) => json(request(`api/playback?${query({ source, start, end })}`));
export const saveClips = (body) => json(post("api/clips", body));
export const exportMatches = (body) => post("api/export", body);
export const thumbnailUrl = (source, at) => `thumbnails/${encodeURIComponent(source)}?${query({ at })}`;
export const transcodedUrl = (source, start, end) => `transcoded/${encodeURIComponent(source)}?${query({ start, end })}`;

// What does not change while the page is open is requested once.
const kept = new Map();

function once(path) {
  if (!kept.has(path)) {
    const response = json(request(path));
    response.catch(() => kept.delete(path));
    kept.set(path, response);
  }
  return kept.get(path);
}

export const getWaveform = (source) => once(`waveform/${encodeURIComponent(source)}`);
export const getTimeline = (source, queryId) => once(`api/timeline?${query({ source, query_id: queryId })}`);
