// The camera and the pictures of the page `/v`: loaded when somebody uses them. What a code says goes to `run`.
const $ = (id) => document.getElementById(id);
const english = document.documentElement.lang === 'en';
const tell = (id, en) => { $('kabar').textContent = english ? en : id; };
// Sides of what the vendored decoder looks at; pauses between two looks.
const MOST_SIDE = 1600, PAUSE = 120;

async function reader() {
  if (self.BarcodeDetector && (await BarcodeDetector.getSupportedFormats()).includes('qr_code')) {
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    return async (source) => (await detector.detect(source)).map((each) => each.rawValue);
  }
  const { default: decode } = await import('/v/vendor/qr/decode.js');
  const canvas = document.createElement('canvas');
  return async (source) => {
    const [width, height] = [source.videoWidth || source.width, source.videoHeight || source.height];
    const scale = Math.min(1, MOST_SIDE / Math.max(width, height));
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    try {
      pen.drawImage(source, 0, 0, canvas.width, canvas.height);
      return [decode(pen.getImageData(0, 0, canvas.width, canvas.height))];
    } catch (_) {
      return [];
    }
  };
}

export async function camera(button, run) {
  const video = $('kamera');
  const wanted = { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } };
  let stream, found = [];
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
  } catch (_) {
    return tell('Kamera tidak dapat dipakai. Izinkan kamera, atau pilih gambar.', 'The camera cannot be used. Allow it, or choose a picture.');
  }
  tell('', '');
  video.hidden = false;
  video.srcObject = stream;
  await video.play();
  const read = await reader();
  while (!found.length && video.isConnected && !document.hidden) {
    found = await read(video);
    await new Promise((next) => setTimeout(next, PAUSE));
  }
  stream.getTracks().forEach((track) => track.stop());
  video.hidden = true;
  if (found[0]) run(found[0]);
}

export async function picture(field, run) {
  tell('', '');
  let found = [];
  try {
    found = [...new Set(await (await reader())(await createImageBitmap(field.files[0])))];
  } catch (_) {
    // Said below.
  }
  field.value = '';
  if (found.length === 1) return run(found[0]);
  if (found.length) {
    tell('Ada beberapa kode dalam gambar ini. Potong gambarnya hingga satu kode saja.', 'There are several codes in this picture. Crop it to one.');
  } else {
    tell('Kode QR tidak terbaca dalam gambar ini. Ambil gambar yang lebih dekat dan terang.', 'No QR code could be read in this picture. Take one that is closer and brighter.');
  }
}
