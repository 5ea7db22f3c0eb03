// Speaks to the simulator as any HTTP client does, so that tests reach what the SDK's types would not let them send.
export type Json = Record<string, unknown>
type Param = string | number | boolean | readonly Param[] | { readonly [key: string]: Param }

export interface ApiClient {
  get(path: string, params?: Record<string, Param>): Promise<Json>
  post(path: string, params?: Record<string, Param>): Promise<Json>
  del(path: string): Promise<Json>
}

export function apiClient(url: string, apiKey: string): ApiClient {
  const headers = { authorization: `Bearer ${apiKey}` }
  const read = async (response: Response): Promise<Json> => JSON.parse(await response.text())
  return {
    async get(path, params = {}) {
      return read(await fetch(`${url}${path}?${encode(params)}`, { headers }))
    },
    async post(path, params = {}) {
      return read(await fetch(`${url}${path}`, { method: 'POST', headers, body: encode(params) }))
    },
    async del(path) {
      return read(await fetch(`${url}${path}`, { method: 'DELETE', headers }))
    },
  }
}

function encode(params: Record<string, Param>): URLSearchParams {
  return new URLSearchParams(Object.entries(params).flatMap(([key, value]) => pairs(key, value)))
}

function pairs(key: string, value: Param): [string, string][] {
  if (typeof value !== 'object') return [[key, String(value)]]
  return Object.entries(value).flatMap(([inner, child]) => pairs(`${key}[${inner}]`, child))
}
