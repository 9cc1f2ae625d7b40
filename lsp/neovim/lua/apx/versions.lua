-- What differs between the versions of Neovim that this works with, 0.7.2 and later.
local M = {}

M.is_11 = vim.fn.has('nvim-0.11') == 1
M.draws_hints = vim.lsp.inlay_hint ~= nil

--- Sends a request of one client.
function M.request(client, method, params, handler, buffer)
  if M.is_11 then
    return client:request(method, params, handler, buffer)
  end
  return client.request(method, params, handler, buffer)
end

--- The clients of the server that are attached to a buffer.
function M.clients(buffer)
  local all = vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = buffer }) or vim.tbl_values(vim.lsp.buf_get_clients(buffer))
  return vim.tbl_filter(function(client)
    return client.name == 'apx'
  end, all)
end

--- The byte in a line of a position's character, in the client's encoding; at most the line's length.
function M.byte(line, character, encoding)
  if encoding == 'utf-8' then
    return math.min(character, #line)
  end
  local whole = encoding == 'utf-32' and vim.str_utfindex(line) or select(2, vim.str_utfindex(line))
  if character >= whole then
    return #line
  end
  return vim.str_byteindex(line, character, encoding ~= 'utf-32')
end

--- Turns lists of one line each, or of text with line ends, to one message.
function M.tell(text, level)
  vim.notify('apx: ' .. text, level or vim.log.levels.INFO)
end

return M
